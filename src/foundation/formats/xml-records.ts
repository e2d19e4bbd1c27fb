import { Problem } from '../kernel/problem.ts'
import { readXml } from './sheet.ts'

type FlatRecord = Record<string, string>

const MAX_PATHS = 20_000
const BATCH = 1000

/**
 * Which element of an XML text stands for a record: the one nearest to the root that occurs more than once and holds others or
 * attributes.
 *
 * @throws {Problem} file-not-readable where the XML is not well formed, or no element repeats.
 */
export async function findRecordPath(pieces: AsyncIterable<string>): Promise<string> {
  const seen = new Map<string, { depth: number; count: number; rich: boolean }>()
  const stack: string[] = []
  const note = (path: string, rich: boolean, opened: boolean) => {
    const known = seen.get(path) ?? { depth: stack.length, count: 0, rich: false }
    if (opened) known.count += 1
    known.rich ||= rich
    seen.set(path, known)
    if (seen.size > MAX_PATHS) throw new Problem('file-not-readable', { detail: 'The XML has more kinds of elements than any table has.' })
  }
  for await (const _ of readXml(pieces, {
    open(name, attributes) {
      if (stack.length) note(stack.join('/'), true, false)
      stack.push(name)
      note(stack.join('/'), Object.keys(attributes).length > 0, true)
    },
    close: () => void stack.pop(),
  }));
  const found = [...seen]
    .filter(([, { depth, count, rich }]) => depth > 1 && count > 1 && rich)
    .sort(([, a], [, b]) => a.depth - b.depth || b.count - a.count)[0]
  if (!found)
    throw new Problem('file-binary', {
      detail: 'The file is an XML document in which no element repeats as the rows of a table do.',
      hint: 'Publish the table as CSV, JSON or NDJSON.',
    })
  return found[0]
}

/** The records of an XML text in batches: attributes and texts by their path inside the record, with points between. */
export async function* xmlRecords(pieces: AsyncIterable<string>, path: string): AsyncGenerator<FlatRecord[]> {
  const stack: string[] = []
  const texts: string[] = []
  const ready: FlatRecord[] = []
  let record: FlatRecord | undefined
  let depth = 0
  const put = (name: string, text: string) => {
    if (!record || !text) return
    let free = name
    for (let n = 2; Object.hasOwn(record, free); n += 1) free = `${name}_${n}`
    record[free] = text
  }
  const inside = (last?: string) => [...stack.slice(depth), ...(last ? [last] : [])].join('.')
  const parsed = readXml(pieces, {
    open(name, attributes) {
      stack.push(name)
      texts.push('')
      if (!record && stack.join('/') === path) {
        record = {}
        depth = stack.length
      }
      if (record) for (const [key, value] of Object.entries(attributes)) if (!key.startsWith('xmlns')) put(inside(key), value.trim())
    },
    text(text) {
      if (record) texts[texts.length - 1] += text
    },
    close() {
      const text = (texts.pop() ?? '').trim()
      if (record) put(inside() || 'value', text)
      if (record && stack.length === depth) {
        ready.push(record)
        record = undefined
      }
      stack.pop()
    },
  })
  for await (const _ of parsed) if (ready.length >= BATCH) yield ready.splice(0)
  if (ready.length) yield ready
}
