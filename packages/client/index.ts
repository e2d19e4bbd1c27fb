/** A value of a cell. */
export type Value = string | number | boolean | null

/** A row by the published names of its columns. */
export type Row = Record<string, Value>

/** A condition: `{ column, op, value }`, or `{ town__exact: 'Leeds' }`; `and`, `or` and `not` hold others. */
export type Filter =
  | { column: string; op: Operator; value: Value | Value[] }
  | { and: Filter[] }
  | { or: Filter[] }
  | { not: Filter }
  | { [columnOperator: `${string}__${Operator}`]: Value | Value[] }

export type Operator = 'exact' | 'not' | 'in' | 'notin' | 'lt' | 'lte' | 'gt' | 'gte' | 'contains' | 'startswith' | 'endswith' | 'isnull'

/** What is asked of a table. */
export interface Question {
  filter?: Filter
  columns?: string[]
  /** Columns, or parts of them such as `Date:month`. */
  group?: string[]
  /** `count`, `sum:Amount`, `median:Amount`, … */
  measures?: string[]
  /** Columns, `-` before one for descending. */
  sort?: string[]
  version?: string
  /** Table, where the dataset has several. */
  distribution?: string
}

export interface Page<T = Row> {
  records: T[]
  page: { limit: number; total: number; next: string | null; prev: string | null }
  version: string
}

/** How a file is written. */
export type FileFormat = 'csv' | 'tsv' | 'ndjson' | 'json' | 'parquet' | 'arrow' | 'geojson' | 'xlsx' | 'ods' | 'xml'

export interface ClientOptions {
  /** Of a publisher, for what needs one. */
  token?: string
  /** In the place of the built-in one. */
  fetch?: typeof fetch
  /** Times that an answer of "busy" or "too many requests" is waited for; by default 3. */
  retries?: number
}

/** A refusal of the server. @see RFC 9457 */
export class SixteenError extends Error {
  readonly status: number
  readonly code: string
  /** Everything that the server said. */
  readonly problem: Readonly<Record<string, unknown>>

  constructor(status: number, problem: Record<string, unknown>) {
    super(String(problem.detail ?? problem.title ?? `status ${status}`))
    this.name = 'SixteenError'
    this.status = status
    this.code = String(problem.code ?? 'unknown')
    this.problem = problem
  }
}

const mediaTypes: Record<FileFormat, string> = {
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  ndjson: 'application/x-ndjson',
  json: 'application/json',
  parquet: 'application/vnd.apache.parquet',
  arrow: 'application/vnd.apache.arrow.stream',
  geojson: 'application/geo+json',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  ods: 'application/vnd.oasis.opendocument.spreadsheet',
  xml: 'application/xml',
}

/** Reads datasets of one Sixteen server. */
export class Sixteen {
  readonly base: string
  readonly #options: ClientOptions

  constructor(base: string, options: ClientOptions = {}) {
    this.base = base.replace(/\/+$/, '')
    this.#options = options
  }

  /** One page of rows or groups, 100 unless `limit` says otherwise. @throws {SixteenError} */
  async page<T = Row>(dataset: string, question: Question = {}, paging: { limit?: number; cursor?: string } = {}): Promise<Page<T>> {
    const answer = await this.#ask(dataset, { ...question, ...paging }, 'application/json')
    return (await answer.json()) as Page<T>
  }

  /** Every row, page after page as they are taken. All are of the version that the first page was of. @throws {SixteenError} */
  async *rows<T = Row>(dataset: string, question: Question = {}, limit = 1000): AsyncGenerator<T> {
    for await (const { records } of this.pages<T>(dataset, question, limit)) yield* records
  }

  /** Every page, one after another. @throws {SixteenError} */
  async *pages<T = Row>(dataset: string, question: Question = {}, limit = 1000): AsyncGenerator<Page<T>> {
    let cursor: string | null = null
    do {
      const page: Page<T> = await this.page<T>(dataset, question, { limit, ...(cursor && { cursor }) })
      yield page
      cursor = page.page.next
    } while (cursor)
  }

  /** The whole result as a file, to be read as it comes. @throws {SixteenError} */
  async file(dataset: string, format: Exclude<FileFormat, 'json'>, question: Question = {}): Promise<Response> {
    return this.#ask(dataset, question, mediaTypes[format])
  }

  /** The columns of a table, their types and why they have them. @throws {SixteenError} */
  async schema(dataset: string): Promise<{ fields: Array<{ name: string; type: string; alias: string }>; version: string; rows: number }> {
    return (await this.#send(`/v1/datasets/${encodeURIComponent(dataset)}/schema`, {})).json() as never
  }

  /** The rows of one SELECT over datasets. @throws {SixteenError} */
  async sql<T = Row>(sql: string): Promise<{ records: T[]; truncated: boolean; versions: Record<string, string> }> {
    return (await this.#send('/v1/sql', post({ sql }))).json() as never
  }

  #ask(dataset: string, body: object, accept: string): Promise<Response> {
    const request = post(body)
    return this.#send(`/v1/datasets/${encodeURIComponent(dataset)}/query`, { ...request, headers: { ...request.headers, accept } })
  }

  async #send(path: string, init: { method?: string; body?: string; headers?: Record<string, string> }): Promise<Response> {
    const { token, retries = 3 } = this.#options
    const ask = this.#options.fetch ?? fetch
    const headers = { ...init.headers, ...(token && { authorization: `Bearer ${token}` }) }
    for (let left = retries; ; left -= 1) {
      const response = await ask(this.base + path, { ...init, headers })
      if (response.ok) return response
      if (left <= 0 || (response.status !== 429 && response.status !== 503))
        throw new SixteenError(response.status, await problemOf(response))
      await response.body?.cancel()
      await wait(Number(response.headers.get('retry-after') ?? 1))
    }
  }
}

const post = (body: object) => ({ method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })

const wait = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.min(60, Math.max(0, seconds)) * 1000))

async function problemOf(response: Response): Promise<Record<string, unknown>> {
  try {
    return (await response.json()) as Record<string, unknown>
  } catch {
    return { title: response.statusText }
  }
}
