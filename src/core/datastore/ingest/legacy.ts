/** Older encodings than Windows-1252 that British files still come in: DOS (code page 850) and Mac. */
export type LegacyEncoding = 'cp850' | 'macintosh'

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

/** A decoder for a label of the Encoding standard, or for `cp850`, which the standard does not know. */
export function decoderOf(encoding: string): { decode(bytes?: Uint8Array, options?: { stream: boolean }): string } {
  if (encoding !== 'cp850') return new TextDecoder(encoding, { ignoreBOM: true })
  return {
    decode: (bytes = new Uint8Array()) =>
      Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : (cp850[byte - 0x80] ?? ''))).join(''),
  }
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
