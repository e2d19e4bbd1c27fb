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

/** Fields that a word can be looked for in, as people type them, and the columns of the index. */
const fields: Record<string, string> = {
  title: 'title',
  keyword: 'keyword',
  tag: 'keyword',
  theme: 'keyword',
  publisher: 'publisher',
  column: 'columns',
  description: 'description',
}

/**
 * The match expression of what somebody typed, undefined when it holds no word.
 *
 * Every word travels between double quotes and holds letters and digits only, so nothing typed is ever syntax but the name of a field and a
 * colon before a word: `title:road`, `publisher:"home office"`. Words in double quotes, and parts joined by punctuation as in `covid-19`, are
 * found side by side. The last word also finds words that begin with it, because people search while they type. `others` gives what may
 * stand for a word as well.
 */
export function toMatch(text: string, others: (words: string) => readonly string[] = () => []): Match | undefined {
  const parts = [...text.normalize('NFC').matchAll(/(?:([a-z]{3,11}):(?=["\p{L}\p{N}]))?(?:"([^"]*)"?|[^\s"]+)/gu)].map(
    ([raw, field = '', quoted]) => {
      const column = fields[field]
      const given = quoted ?? (column ? raw.slice(field.length + 1) : raw)
      return {
        column,
        quoted: quoted !== undefined,
        words: (column || !field || quoted === undefined ? given : `${field} ${given}`).match(wordCharacters) ?? [],
      }
    },
  )
  const phrases = parts.filter((part) => part.words.length > 0)
  const last = phrases.pop()
  if (!last) return undefined
  const begun = !last.quoted && [...(last.words.at(-1) as string)].length >= 2
  const whole = toPhrase(last.words)
  const before = phrases.map(({ column, words }) => within(column, either(toPhrase(words), others(words.join(' ')))))
  const ends = others(last.words.join(' '))
  const lastOne = within(last.column, either(begun ? `${whole} *` : whole, ends))
  const all = [...before, lastOne]
  return {
    anywhere: all.join(' AND '),
    scored: begun ? [...before, within(last.column, `(${either(`${whole} OR ${whole} *`, ends)})`)].join(' AND ') : all.join(' AND '),
    phrases: all,
  }
}

const within = (column: string | undefined, expression: string): string => (column ? `{${column}} : (${expression})` : expression)

/** An expression that holds too where one of the others does. */
function either(expression: string, others: readonly string[]): string {
  const phrases = others.flatMap((other) => {
    const words = other.match(wordCharacters)
    return words ? [toPhrase(words)] : []
  })
  return phrases.length ? `(${[expression, ...phrases].join(' OR ')})` : expression
}

/** The part of a phrase that may be asked of titles alone; undefined where it is asked of another field. */
export function ofTitle(phrase: string): string | undefined {
  const field = /^\{(\w+)\} : \((.*)\)$/.exec(phrase)
  if (!field) return phrase
  return field[1] === 'title' ? field[2] : undefined
}

/** The expression asked of titles alone. */
export function inTitle(expression: string): string {
  return `{title} : (${expression})`
}

function toPhrase(words: string[]): string {
  return `"${words.join(' ')}"`
}
