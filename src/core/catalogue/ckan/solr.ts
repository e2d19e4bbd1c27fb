/** A question in the query language of Solr, as far as CKAN's clients use it. */
export type SolrQuery =
  | { kind: 'all' }
  | { kind: 'and' | 'or'; parts: SolrQuery[] }
  | { kind: 'not'; part: SolrQuery }
  | { kind: 'term'; field?: string; text: string; phrase: boolean; prefix: boolean }
  | { kind: 'range'; field: string; from?: string; to?: string; fromOpen: boolean; toOpen: boolean }

/** What cannot be read as a question. Its message is what CKAN's clients show. */
export class SolrSyntaxError extends Error {}

const MAX_DEPTH = 50
const MAX_CHARS = 20_000

type Token =
  | { kind: 'open' | 'close' | 'and' | 'or' | 'not' | 'plus' | 'minus' | 'end' }
  | { kind: 'field'; name: string }
  | { kind: 'word'; text: string; phrase: boolean; prefix: boolean }
  | { kind: 'range'; from?: string; to?: string; fromOpen: boolean; toOpen: boolean }

/**
 * The tree of a question. Words without an operator between them must all match, as CKAN asks of Solr (`q.op=AND`).
 *
 * @throws {SolrSyntaxError} for local parameters (`{!…}`), which reach into Solr itself, and for what cannot be read.
 * @see Solr Reference Guide, Standard Query Parser.
 */
export function parseSolr(text: string): SolrQuery {
  if (text.length > MAX_CHARS) throw new SolrSyntaxError('the query is too long')
  if (/\{!/.test(text)) throw new SolrSyntaxError('Local parameters are not supported.')
  const tokens = tokensOf(text)
  const parser = { tokens, at: 0 }
  if (peek(parser).kind === 'end') return { kind: 'all' }
  const query = parseOr(parser, undefined, 0)
  if (peek(parser).kind !== 'end') throw new SolrSyntaxError(`unexpected ${peek(parser).kind}`)
  return query
}

interface Parser {
  tokens: Token[]
  at: number
}

const peek = (parser: Parser): Token => parser.tokens[parser.at] ?? { kind: 'end' }
const next = (parser: Parser): Token => parser.tokens[parser.at++] ?? { kind: 'end' }

function parseOr(parser: Parser, field: string | undefined, depth: number): SolrQuery {
  if (depth > MAX_DEPTH) throw new SolrSyntaxError('brackets are nested too deeply')
  const parts = [parseAnd(parser, field, depth)]
  while (peek(parser).kind === 'or') {
    next(parser)
    parts.push(parseAnd(parser, field, depth))
  }
  return parts.length === 1 ? (parts[0] as SolrQuery) : { kind: 'or', parts }
}

function parseAnd(parser: Parser, field: string | undefined, depth: number): SolrQuery {
  const parts: SolrQuery[] = []
  for (;;) {
    const { kind } = peek(parser)
    if (kind === 'and') {
      next(parser)
      if (!parts.length) throw new SolrSyntaxError('an operand is missing before AND')
      parts.push(parseUnary(parser, field, depth))
      continue
    }
    if (kind === 'end' || kind === 'close' || kind === 'or') break
    parts.push(parseUnary(parser, field, depth))
  }
  if (!parts.length) throw new SolrSyntaxError('an operand is missing')
  return parts.length === 1 ? (parts[0] as SolrQuery) : { kind: 'and', parts }
}

function parseUnary(parser: Parser, field: string | undefined, depth: number): SolrQuery {
  const token = next(parser)
  switch (token.kind) {
    case 'plus':
      return parseUnary(parser, field, depth)
    case 'minus':
    case 'not':
      return { kind: 'not', part: parseUnary(parser, field, depth) }
    case 'open': {
      const inner = parseOr(parser, field, depth + 1)
      if (next(parser).kind !== 'close') throw new SolrSyntaxError('a bracket is not closed')
      return inner
    }
    case 'field':
      return parseField(parser, token.name, depth)
    case 'word':
      if (field === undefined && token.text === '*' && !token.phrase) return { kind: 'all' }
      return { ...token, kind: 'term', ...(field !== undefined && { field }) }
    case 'range':
      if (field === undefined) throw new SolrSyntaxError('a range needs a field')
      return { ...token, field }
    default:
      throw new SolrSyntaxError('an operand is missing')
  }
}

function parseField(parser: Parser, name: string, depth: number): SolrQuery {
  const token = peek(parser)
  if (token.kind === 'end' || token.kind === 'close') throw new SolrSyntaxError(`${name}: has no value`)
  if (name === '*') {
    next(parser)
    return { kind: 'all' }
  }
  return parseUnary(parser, name, depth + 1)
}

const wordEnd = /[\s()[\]{}"^~]/

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const letter = text[at] as string
    if (/\s/.test(letter)) at += 1
    else if (letter === '(' || letter === ')') {
      tokens.push({ kind: letter === '(' ? 'open' : 'close' })
      at += 1
    } else if (letter === '"') {
      const [phrase, end] = readPhrase(text, at)
      tokens.push({ kind: 'word', text: phrase, phrase: true, prefix: false })
      at = skipSuffix(text, end)
    } else if (letter === '[' || letter === '{') {
      const [range, end] = readRange(text, at)
      tokens.push(range)
      at = end
    } else if (letter === ']' || letter === '}' || letter === '^' || letter === '~') throw new SolrSyntaxError(`unexpected ${letter}`)
    else if (letter === '!' || ((letter === '+' || letter === '-') && /[^\s]/.test(text[at + 1] ?? ' '))) {
      tokens.push({ kind: letter === '+' ? 'plus' : letter === '!' ? 'not' : 'minus' })
      at += 1
    } else if (text.startsWith('&&', at) || text.startsWith('||', at)) {
      tokens.push({ kind: letter === '&' ? 'and' : 'or' })
      at += 2
    } else at = readWord(text, at, tokens)
  }
  return tokens
}

function readPhrase(text: string, from: number): [string, number] {
  let phrase = ''
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\' && at + 1 < text.length) phrase += text[++at]
    else if (text[at] === '"') return [phrase, at + 1]
    else phrase += text[at]
  }
  throw new SolrSyntaxError('a quotation mark is not closed')
}

/** Boosts and proximities (`^2`, `~1`) change the order only, which is ours. */
function skipSuffix(text: string, at: number): number {
  return at + (/^(?:[~^][\d.]*)*/.exec(text.slice(at))?.[0].length ?? 0)
}

function readRange(text: string, from: number): [Token, number] {
  const [whole, open, low, high, close] =
    /^([[{])\s*("(?:[^"\\]|\\.)*"|[^\s\]}]+)\s+TO\s+("(?:[^"\\]|\\.)*"|[^\s\]}]+)\s*([\]}])/.exec(text.slice(from)) ?? []
  if (!whole || !low || !high) throw new SolrSyntaxError('a range is written [a TO b]')
  const bound = (value: string) => value.replace(/^"(.*)"$/s, '$1').replace(/\\(.)/g, '$1')
  const range: Token = {
    kind: 'range',
    ...(low !== '*' && { from: bound(low) }),
    ...(high !== '*' && { to: bound(high) }),
    fromOpen: open === '{',
    toOpen: close === '}',
  }
  return [range, skipSuffix(text, from + whole.length)]
}

function readWord(text: string, from: number, tokens: Token[]): number {
  let word = ''
  let at = from
  let stars = 0
  for (; at < text.length && !wordEnd.test(text[at] as string); at += 1) {
    if (text[at] === '\\' && at + 1 < text.length) word += text[++at]
    else if (text[at] === ':' && at > from) {
      tokens.push({ kind: 'field', name: word })
      return at + 1
    } else {
      if (text[at] === '*') stars += 1
      word += text[at]
    }
  }
  if (word === 'AND' || word === 'OR' || word === 'NOT') tokens.push({ kind: word.toLowerCase() as 'and' | 'or' | 'not' })
  else {
    const prefix = stars > 0 && word !== '*' && word.endsWith('*')
    tokens.push({ kind: 'word', text: prefix ? word.slice(0, -1) : word, phrase: false, prefix })
  }
  return skipSuffix(text, at)
}
