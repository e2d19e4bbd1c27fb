import { Problem } from '../../../../foundation/kernel/index.ts'
import { type Area, parseBbox, parsePolygon } from '../../query/area.ts'
import type { Condition, Filter } from '../../query/model.ts'
import { type Token, tokensOf, unreadable } from './lexer.ts'

const MAX_DEPTH = 20
const MAX_CONDITIONS = 200

const comparisons = { '=': 'exact', '<>': 'not', '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' } as const
const flipped: Record<string, string> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }
type Literal = string | number | boolean

/**
 * The filter that a CQL2 text means: and, or, not; comparisons; like, between, in, is null; s_intersects with a point, a box or a
 * polygon; dates and timestamps.
 *
 * @throws {Problem} parameter-invalid where the text is no filter, query-too-complex where it is too much of one.
 * @see OGC 21-065r2, Common Query Language (CQL2), annex B
 */
export function parseCql2(text: string, columns: Position): Filter {
  return new Parser(text, columns).filter()
}

/** The columns of the geometry, for points that are compared. */
export interface Position {
  latitude: string
  longitude: string
}

class Parser {
  readonly #text: string
  readonly #tokens: Token[]
  readonly #columns: Position
  #at = 0
  #conditions = 0

  constructor(text: string, columns: Position) {
    this.#text = text
    this.#tokens = tokensOf(text)
    this.#columns = columns
  }

  filter(): Filter {
    const filter = this.#or(0)
    if (this.#token.kind !== 'end') throw this.#unreadable()
    return filter
  }

  get #token(): Token {
    return this.#tokens[this.#at] as Token
  }

  #unreadable(): Problem {
    return unreadable(this.#text, this.#token.at)
  }

  #takes(...words: string[]): boolean {
    const found = words.every((word, i) => {
      const token = this.#tokens[this.#at + i]
      return token && (token.kind === 'word' || token.kind === 'mark') && token.text.toUpperCase() === word
    })
    if (found) this.#at += words.length
    return found
  }

  #needs(word: string): void {
    if (!this.#takes(word)) throw this.#unreadable()
  }

  #or(depth: number): Filter {
    if (depth > MAX_DEPTH) throw new Problem('query-too-complex', { detail: `Filters may nest ${MAX_DEPTH} deep.`, pointer: '/filter' })
    const parts = [this.#and(depth)]
    while (this.#takes('OR')) parts.push(this.#and(depth))
    return parts.length === 1 ? (parts[0] as Filter) : { or: parts }
  }

  #and(depth: number): Filter {
    const parts = [this.#not(depth)]
    while (this.#takes('AND')) parts.push(this.#not(depth))
    return parts.length === 1 ? (parts[0] as Filter) : { and: parts }
  }

  #not(depth: number): Filter {
    if (this.#takes('NOT')) return { not: this.#not(depth + 1) }
    if (this.#takes('(')) {
      const inner = this.#or(depth + 1)
      this.#needs(')')
      return inner
    }
    this.#conditions += 1
    if (this.#conditions > MAX_CONDITIONS)
      throw new Problem('query-too-complex', { detail: `At most ${MAX_CONDITIONS} conditions are taken.`, pointer: '/filter' })
    return this.#predicate()
  }

  #predicate(): Filter {
    if (this.#takes('S_INTERSECTS', '(')) return this.#intersects()
    if (this.#isLiteral()) return this.#literalFirst()
    const column = this.#name()
    const not = this.#takes('NOT')
    const found = this.#keyword(column)
    if (found) return not ? { and: [{ not: found }, condition(column, 'isnull', false)] } : found
    if (not) throw this.#unreadable()
    if (this.#takes('IS')) {
      const filled = this.#takes('NOT')
      this.#needs('NULL')
      return condition(column, 'isnull', !filled)
    }
    return this.#comparison(column)
  }

  #keyword(column: string): Filter | undefined {
    if (this.#takes('LIKE')) return condition(column, 'like', this.#literal())
    if (this.#takes('BETWEEN')) {
      const low = this.#literal()
      this.#needs('AND')
      return { and: [condition(column, 'gte', low), condition(column, 'lte', this.#literal())] }
    }
    if (!this.#takes('IN', '(')) return undefined
    const values = [this.#literal()]
    while (this.#takes(',')) values.push(this.#literal())
    this.#needs(')')
    return condition(column, 'in', values)
  }

  #comparison(column: string): Filter {
    const mark = this.#token.text
    const op = comparisons[mark as keyof typeof comparisons]
    if (this.#token.kind !== 'mark' || !op) throw this.#unreadable()
    this.#at += 1
    const compared = condition(column, op, this.#literal())
    // An empty cell is neither equal nor unequal in CQL2.
    return op === 'not' ? { and: [compared, condition(column, 'isnull', false)] } : compared
  }

  /** `5 < price`, or TRUE and FALSE alone. */
  #literalFirst(): Filter {
    const value = this.#literal()
    const mark = this.#token.text
    if (typeof value === 'boolean' && !(mark in comparisons)) return value ? { and: [] } : { or: [] }
    const op = comparisons[(flipped[mark] ?? mark) as keyof typeof comparisons]
    if (this.#token.kind !== 'mark' || !op) throw this.#unreadable()
    this.#at += 1
    return condition(this.#name(), op, value)
  }

  #name(): string {
    const { kind, text } = this.#token
    if (kind !== 'name' && kind !== 'word') throw this.#unreadable()
    this.#at += 1
    return text
  }

  #isLiteral(): boolean {
    const { kind, text } = this.#token
    const next = this.#tokens[this.#at + 1]
    return (
      kind === 'text' ||
      kind === 'number' ||
      (kind === 'word' && (/^(?:true|false)$/i.test(text) || (/^(?:date|timestamp)$/i.test(text) && next?.text === '(')))
    )
  }

  #literal(): Literal {
    const { kind, text } = this.#token
    if (!this.#isLiteral()) throw this.#unreadable()
    this.#at += 1
    if (kind === 'text') return text
    if (kind === 'number') return text
    if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true'
    this.#needs('(')
    const inner = this.#token
    if (inner.kind !== 'text') throw this.#unreadable()
    this.#at += 1
    this.#needs(')')
    return inner.text
  }

  /** After the bracket: the geometry, and a literal of well-known text. */
  #intersects(): Filter {
    this.#name()
    this.#needs(',')
    const start = this.#token.at
    const kind = this.#name().toUpperCase()
    let depth = 0
    do {
      if (this.#takes('(')) depth += 1
      else if (this.#takes(')')) depth -= 1
      else if (this.#token.kind === 'number' || this.#token.text === ',') this.#at += 1
      else throw this.#unreadable()
    } while (depth > 0)
    const body = this.#text.slice(start, this.#token.at).trim()
    this.#needs(')')
    return this.#geometry(kind, body)
  }

  #geometry(kind: string, body: string): Filter {
    const pointer = '/filter'
    const numbers = body.slice(body.indexOf('(') + 1, body.lastIndexOf(')'))
    if (kind === 'POINT') {
      const [longitude, latitude] = numbers.trim().split(/\s+/).map(Number)
      if (!Number.isFinite(longitude) || !Number.isFinite(latitude)) throw this.#unreadable()
      return {
        and: [
          condition(this.#columns.longitude, 'exact', longitude as number),
          condition(this.#columns.latitude, 'exact', latitude as number),
        ],
      }
    }
    const area: Area | undefined =
      kind === 'BBOX' ? parseBbox(numbers, pointer) : kind === 'POLYGON' ? parsePolygon(body, pointer) : undefined
    if (!area) throw new Problem('parameter-invalid', { detail: `${kind} is not supported here; POINT, BBOX and POLYGON are.`, pointer })
    return { area, pointer }
  }
}

function condition(column: string, op: Condition['op'], value: unknown): Condition {
  return { column, op, value, pointer: '/filter' }
}
