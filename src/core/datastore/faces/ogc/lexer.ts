import { Problem } from '../../../../foundation/kernel/index.ts'

/** A piece of a filter's text. Words are given in capitals where they are no quoted name. */
export interface Token {
  kind: 'word' | 'name' | 'text' | 'number' | 'mark' | 'end'
  text: string
  at: number
}

const pattern =
  /\s*(?:'((?:[^'\\]|''|\\'|\\)*?)'(?!')|"((?:[^"]|"")+)"|([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|([\p{L}_:][\p{L}\p{N}_.:]*)|(<>|<=|>=|[=<>(),]))/uy

/** Longer filters are no filters that a person asks for. */
const MAX_LENGTH = 20_000

/** The pieces of a CQL2 text. @throws {Problem} parameter-invalid at a letter that begins none */
export function tokensOf(text: string): Token[] {
  if (text.length > MAX_LENGTH) throw new Problem('query-too-complex', { detail: 'The filter is too long.', pointer: '/filter' })
  const tokens: Token[] = []
  let at = 0
  while (text.slice(at).trim()) {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (!match) throw unreadable(text, at)
    const [, quoted, named, number, word, mark] = match
    if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted.replace(/''|\\'/g, "'"), at })
    else if (named !== undefined) tokens.push({ kind: 'name', text: named.replaceAll('""', '"'), at })
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, at })
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, at })
    else tokens.push({ kind: 'mark', text: mark as string, at })
    at = pattern.lastIndex
  }
  return [...tokens, { kind: 'end', text: '', at: text.length }]
}

/** The refusal of a text that is no filter, with the place where it ends to be one. */
export function unreadable(text: string, at: number): Problem {
  return new Problem('parameter-invalid', {
    detail: `The filter cannot be read at ${JSON.stringify(text.slice(at, at + 30).trim() || 'its end')}.`,
    pointer: '/filter',
    hint: "CQL2 text, such as: town = 'LEEDS' AND price >= 100000",
  })
}
