import { windows1252High as high } from './legacy.ts'

/**
 * Puts right what was UTF-8 and was read as Windows-1252 on its way: "Â£3000", "â€™", and twice over. It is done only where it is
 * certain: the letters, as the bytes they stood for, are one whole UTF-8 character, of the kinds that English files hold.
 */

const byteOf = new Map([...high].map((letter, i) => [letter, 0x80 + i]))
const tail = `[\\u00a0-\\u00bf${high}]`
/** Leads of two-byte letters (Latin, with the accents of Welsh), of three-byte punctuation and currency, the mark of a start, and control characters that were letters. */
const suspect = new RegExp(`[\\u00c2-\\u00c5]${tail}|\\u00e2${tail}{2}|\\u00ef\\u00bb\\u00bf|[\\u0080-\\u009f]`, 'g')

/** A text with such letters repaired; the same text where there are none. */
export function repairMojibake(text: string): string {
  let before = text
  for (let round = 0; round < 2; round += 1) {
    const after = before.replace(suspect, repairOne)
    if (after === before) return after
    before = after
  }
  return before
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function repairOne(found: string): string {
  if (found.length === 1) return high[found.charCodeAt(0) - 0x80] ?? found
  const bytes = Uint8Array.from(found, (letter) => byteOf.get(letter) ?? letter.charCodeAt(0))
  try {
    const letter = decoder.decode(bytes)
    if (letter === '\ufeff') return ''
    const code = letter.charCodeAt(0)
    // A control character was a letter of Windows-1252 itself, one step earlier.
    return code >= 0x80 && code < 0xa0 ? (high[code - 0x80] ?? found) : letter
  } catch {
    return found
  }
}

/** The first letters that would be repaired, with some text around; undefined where there are none. */
export function firstMojibake(text: string): { before: string; after: string } | undefined {
  for (const { index } of text.matchAll(suspect)) {
    const before = text
      .slice(Math.max(0, index - 12), index + 14)
      .split(/[\r\n]/)
      .find((part) => repairMojibake(part) !== part)
    if (before) return { before, after: repairMojibake(before) }
  }
  return undefined
}

const CARRY = 12

/** The same for a text in pieces: what could be the beginning of such letters waits for the next piece. */
export async function* repairPieces(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = ''
  for await (const piece of pieces) {
    const text = rest + piece
    const cut = safeCut(text)
    rest = text.slice(cut)
    if (cut > 0) yield repairMojibake(text.slice(0, cut))
  }
  if (rest) yield repairMojibake(rest)
}

/** A place near the end that stands after a plain letter. */
function safeCut(text: string): number {
  for (let at = text.length; at > Math.max(0, text.length - CARRY); at -= 1) if (text.charCodeAt(at - 1) < 0x80) return at
  return text.length
}
