import { Problem } from '../kernel/problem.ts'

type JsonRecord = Record<string, unknown>

/**
 * The records of a JSON text, in batches, without holding the whole: the objects of a top-level array, of the one array inside a
 * top-level object, or (`ndjson`) of each line; of GeoJSON the features. A value that is no object becomes `{ value }`.
 *
 * @throws {Problem} json-invalid with the record's number, line-too-long when one record passes `maxRecord` UTF-16 units.
 */
export async function* jsonRecords(
  text: AsyncIterable<string>,
  shape: 'json' | 'ndjson' | 'geojson',
  maxRecord: number,
): AsyncGenerator<JsonRecord[]> {
  const splitter =
    shape === 'ndjson' ? splitLines(text, maxRecord) : splitElements(text, maxRecord, shape === 'geojson' ? 'features' : undefined)
  let seen = 0
  for await (const pieces of splitter) {
    const batch = pieces.map((piece, i) => parseRecord(piece, seen + i + 1))
    seen += pieces.length
    if (batch.length) yield shape === 'geojson' ? batch.map(flatFeature) : batch
  }
}

/**
 * A feature as a row: its properties, and its place as longitude and latitude where it is a point, else as GeoJSON.
 *
 * @see RFC 7946, 3.2
 */
function flatFeature({ id, properties, geometry }: JsonRecord): JsonRecord {
  const { type, coordinates } = (geometry ?? {}) as { type?: string; coordinates?: unknown[] }
  const place = type === 'Point' && Array.isArray(coordinates) ? { longitude: coordinates[0], latitude: coordinates[1] } : { geometry }
  return { ...(id !== undefined && { id }), ...(properties as JsonRecord | null), ...(geometry ? place : {}) }
}

function parseRecord(text: string, number: number): JsonRecord {
  try {
    // Numbers beyond what a double holds exactly are kept as their text.
    const value: unknown = /\d{16}/.test(text) ? JSON.parse(text, exactNumber as never) : JSON.parse(text)
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as JsonRecord) : { value }
  } catch (cause) {
    throw new Problem('json-invalid', { detail: `Record ${number} is not JSON: ${(cause as Error).message}.`, row: number })
  }
}

function exactNumber(_key: string, value: unknown, context: { source?: string }): unknown {
  return typeof value === 'number' && context.source && String(value) !== context.source && context.source.length >= 16
    ? context.source
    : value
}

async function* splitLines(text: AsyncIterable<string>, maxRecord: number): AsyncGenerator<string[]> {
  let rest = ''
  for await (const piece of text) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    checkLength(rest, maxRecord)
    yield lines.filter((line) => line.trim())
  }
  if (rest.trim()) yield [rest]
}

/** Finds the first array in the text, or that of a name, and gives each element's text. */
async function* splitElements(text: AsyncIterable<string>, maxRecord: number, key?: string): AsyncGenerator<string[]> {
  const state = { depth: 0, inString: false, escaped: false, started: false, ended: false, buffer: '', key, letters: '', skipped: 0 }
  for await (const piece of text) {
    yield takeElements(state, piece)
    checkLength(state.buffer, maxRecord)
    if (state.ended) return
  }
  throw new Problem('json-invalid', {
    detail: state.started ? 'The JSON array is not closed: the file is cut short.' : 'The JSON holds no array of records.',
  })
}

interface SplitState {
  depth: number
  inString: boolean
  escaped: boolean
  started: boolean
  ended: boolean
  buffer: string
  /** Name of the array wanted; without one the first array is. */
  key: string | undefined
  /** The last string before the array. */
  letters: string
  /** Brackets open of arrays that are not the one wanted. */
  skipped: number
}

function takeElements(state: SplitState, piece: string): string[] {
  const elements: string[] = []
  let from = 0
  const finish = (at: number) => {
    const element = state.buffer + piece.slice(from, at)
    state.buffer = ''
    from = at + 1
    if (element.trim()) elements.push(element)
  }
  for (let i = 0; i < piece.length && !state.ended; i += 1) {
    const code = piece.charCodeAt(i)
    if (state.inString) {
      if (state.escaped) state.escaped = false
      else if (code === 92) state.escaped = true
      else if (code === 34) state.inString = false
      if (!state.started && state.inString) state.letters += piece[i]
    } else if (code === 34) {
      state.inString = true
      state.letters = ''
    } else if (!state.started) {
      if (code === 93) state.skipped -= 1
      if (code === 91 && state.key !== undefined && (state.skipped > 0 || state.letters !== state.key)) state.skipped += 1
      else if (code === 91) {
        state.started = true
        state.buffer = ''
        from = i + 1
      }
    } else if (code === 123 || code === 91) state.depth += 1
    else if (code === 125 || code === 93) {
      if (state.depth === 0) {
        finish(i)
        state.ended = true
      } else state.depth -= 1
    } else if (code === 44 && state.depth === 0) finish(i)
  }
  if (!state.ended && state.started) state.buffer += piece.slice(from)
  return elements
}

function checkLength(text: string, maxRecord: number): void {
  if (text.length > maxRecord) throw new Problem('line-too-long', { detail: `A record is longer than ${Math.floor(maxRecord / 1e6)} MB.` })
}
