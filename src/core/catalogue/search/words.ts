// What the index's tokenizer takes for letters of a word: letters, marks, numbers, private use.
const wordCharacters = /[\p{L}\p{M}\p{N}\p{Co}]+/gu

/** A question as the full-text index understands it. */
export interface Match {
  /** For datasets that hold every word and phrase anywhere. */
  anywhere: string
  /** The same set, put so that a last word that is whole scores above one that only begins so: `tax` above `taxi`. */
  scored: string
  /** The words and phrases one by one. */
  phrases: string[]
}

/**
 * The match expression of what somebody typed, undefined when it holds no word.
 *
 * Every word travels between double quotes and holds letters and digits only, so nothing typed is ever syntax. Words in double quotes,
 * and parts joined by punctuation as in `covid-19`, are found side by side. The last word also finds words that begin with it, because
 * people search while they type.
 */
export function toMatch(text: string): Match | undefined {
  const parts = [...text.normalize('NFC').matchAll(/"([^"]*)"?|[^\s"]+/gu)].map(([raw, quoted]) => ({
    quoted: quoted !== undefined,
    words: (quoted ?? raw).match(wordCharacters) ?? [],
  }))
  const phrases = parts.filter((part) => part.words.length > 0)
  const last = phrases.pop()
  if (!last) return undefined
  const whole = toPhrase(last.words)
  const begun = !last.quoted && [...(last.words.at(-1) as string)].length >= 2
  const before = phrases.map((part) => toPhrase(part.words))
  const all = [...before, begun ? `${whole} *` : whole]
  return {
    anywhere: all.join(' AND '),
    scored: begun ? [...before, `(${whole} OR ${whole} *)`].join(' AND ') : all.join(' AND '),
    phrases: all,
  }
}

/** The expression asked of titles alone. */
export function inTitle(expression: string): string {
  return `{title} : (${expression})`
}

function toPhrase(words: string[]): string {
  return `"${words.join(' ')}"`
}
