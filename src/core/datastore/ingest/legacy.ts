/** Older encodings than Windows-1252 that British files still come in: DOS (code page 850) and Mac. */
export type LegacyEncoding = 'cp850' | 'macintosh'

/** What Windows-1252 shows for the bytes 80 to 9F; the five without a letter stay control characters, as browsers read them. */
export const windows1252High =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178'

/** Bytes 80 to FF of code page 850. @see https://www.unicode.org/Public/MAPPINGS/VENDORS/MICSFT/PC/CP850.TXT */
const cp850 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0'

/**
 * The older encoding that some bytes above ASCII can only be, undefined where Windows-1252 does as well. The pound sign is 9C in DOS, where
 * Windows has œ, and the apostrophe is D5 on the Mac, where Windows has Õ: neither stands before a figure, or inside an English word.
 */
export function legacyEncoding(head: Uint8Array): LegacyEncoding | undefined {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1')
  if (/\x9c ?[0-9]|\(\x9c\)/.test(text) && !text.includes('\xa3') && !/[\x91-\x97]/.test(text)) return 'cp850'
  if (/[a-z]\xd5[a-z]/.test(text) && !/[\x91-\x97]/.test(text)) return 'macintosh'
  return undefined
}

/** Whether bytes above ASCII mostly follow one another, as they do in words of other alphabets and hardly in English or French. */
export function isOtherScript(head: Uint8Array): boolean {
  let high = 0
  let pairs = 0
  for (let i = 1; i < head.length; i += 1) {
    if ((head[i] ?? 0) < 0xa0) continue
    high += 1
    if ((head[i - 1] ?? 0) >= 0xa0 && head[i] !== head[i - 1]) pairs += 1
  }
  return high >= 8 && pairs > high * 0.5
}

interface Decoder {
  decode(bytes?: Uint8Array, options?: { stream: boolean }): string
}

/** A decoder for a label of the Encoding standard, or for `cp850`, which the standard does not know. */
export function decoderOf(encoding: string): Decoder {
  if (encoding === 'windows-1252') return { decode: (bytes) => decodeBytes(bytes, 0x80, 0x9f, windows1252High) }
  if (encoding === 'cp850') return { decode: (bytes) => decodeBytes(bytes, 0x80, 0xff, cp850) }
  return new TextDecoder(encoding, { ignoreBOM: true })
}

/** A letter for each byte: Latin-1 but for a range. Node's own decoder of Windows-1252 takes ten times as long. */
function decodeBytes(bytes: Uint8Array | undefined, from: number, to: number, letters: string): string {
  if (!bytes) return ''
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const range = new RegExp(`[\\u{${from.toString(16)}}-\\u{${to.toString(16)}}]`, 'gu')
  return text.replace(range, (letter) => letters[letter.charCodeAt(0) - from] ?? letter)
}

/** Whether texts can be read in an encoding of this name. */
export function isKnownEncoding(label: string): boolean {
  try {
    decoderOf(label)
    return true
  } catch {
    return false
  }
}
