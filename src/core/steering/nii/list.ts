import { CsvParser, type CsvRecord } from '../../../foundation/formats/csv.ts'
import { Problem, slugify } from '../../../foundation/kernel/index.ts'
import type { Fault } from './model.ts'

/** Data that a list tells of, from one row or several. */
export interface ListedData {
  id: string
  title: string
  aliases: string[]
  publisherTitle: string
  links: string[]
  theme?: string
  facet?: string
  lines: number[]
}

const columns = ['Publisher', 'Dataset Name', 'Link', 'Facet 1', 'Facet 2'] as const

/**
 * Reads a list of the form of October 2013: publisher, name, link and two facets. Rows that tell of the same data, by name and publisher or
 * by a link that names one dataset, become one entry with aliases; every fault is told with its line. Pure.
 *
 * @throws {Problem} parameter-invalid when it is not such a list.
 */
export function readList(bytes: Uint8Array): { entries: ListedData[]; rows: number; faults: Fault[] } {
  const faults: Fault[] = []
  const [header, ...records] = parse(decode(bytes, faults))
  demandHeader(header, faults)
  const entries: ListedData[] = []
  const byName = new Map<string, ListedData>()
  const byLink = new Map<string, ListedData>()
  const ids = new Set<string>()
  let rows = 0
  for (const { cells, line } of records) {
    if (cells.every((cell) => cell.trim() === '')) continue
    rows += 1
    const [publisherTitle = '', title = '', link = '', theme = '', facet = ''] = columns.map((name, i) =>
      trimmed(cells[i] ?? '', name, line, faults),
    )
    if (!title) continue
    const address = linkOf(link, line, faults)
    const nameKey = `${slugify(publisherTitle)}/${slugify(title)}`
    const known = byName.get(nameKey) ?? (address.names ? byLink.get(address.names) : undefined)
    if (known) {
      merge(known, { title, link, line }, byName.get(nameKey) === known, faults)
      byName.set(nameKey, known)
      continue
    }
    const entry: ListedData = {
      id: freeId(slugify(title, 80) || 'data', slugify(publisherTitle, 40), ids),
      title,
      aliases: [],
      publisherTitle,
      links: link ? [link] : [],
      ...(theme && { theme }),
      ...(facet && { facet }),
      lines: [line],
    }
    entries.push(entry)
    byName.set(nameKey, entry)
    if (address.names) byLink.set(address.names, entry)
  }
  return { entries, rows, faults }
}

function decode(bytes: Uint8Array, faults: Fault[]): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    faults.push({ code: 'encoding', line: 1, found: 'bytes that are not UTF-8', became: 'read as Windows-1252' })
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

function parse(text: string): CsvRecord[] {
  const parser = new CsvParser({ delimiter: ',', quote: '"', newline: '\n' })
  return [...parser.push(text), ...parser.end()].map((record) => ({
    ...record,
    cells: record.cells.map((cell) => cell.replace(/\r$/, '')),
  }))
}

function demandHeader(header: CsvRecord | undefined, faults: Fault[]): void {
  for (const [i, name] of columns.entries()) {
    const found = header?.cells[i] ?? ''
    if (found.trim().toLowerCase() !== name.toLowerCase())
      throw new Problem('parameter-invalid', {
        detail: `Column ${i + 1} is ${JSON.stringify(found.slice(0, 100))} where ${JSON.stringify(name)} is expected.`,
        hint: `A list has the columns ${columns.join(', ')}.`,
      })
    if (found !== name) faults.push({ code: 'header-differs', line: 1, found, became: name })
  }
}

function trimmed(cell: string, column: string, line: number, faults: Fault[]): string {
  const plain = cell.replace(/\s+/g, ' ').trim()
  if (plain !== cell) faults.push({ code: 'cell-trimmed', line, found: `${column}: ${JSON.stringify(cell)}`, became: plain })
  if (!plain) faults.push({ code: 'cell-blank', line, found: column })
  return plain
}

/** What a link leads to: `names` is the one dataset that it names, where it names one. */
function linkOf(link: string, line: number, faults: Fault[]): { names?: string } {
  const url = URL.parse(link)
  if (!url || !/^https?:$/.test(url.protocol)) {
    if (link) faults.push({ code: 'link-invalid', line, found: link })
    return {}
  }
  if (/\/search\b/.test(url.pathname) || url.searchParams.has('q')) {
    faults.push({ code: 'link-is-search', line, found: link })
    return {}
  }
  const name = datasetNameOf(link)
  return name ? { names: name } : {}
}

/** The name of the dataset that an address of a catalogue names. */
export function datasetNameOf(link: string): string | undefined {
  const url = URL.parse(link)
  return /\/dataset\/([^/?#]+)\/?$/.exec(url?.pathname ?? '')?.[1]?.toLowerCase()
}

function merge(
  known: ListedData,
  { title, link, line }: { title: string; link: string; line: number },
  sameName: boolean,
  faults: Fault[],
): void {
  faults.push({
    code: sameName ? 'duplicate-name' : 'duplicate-link',
    line,
    found: sameName ? title : `${title}: ${link}`,
    became: known.id,
  })
  known.lines.push(line)
  if (title !== known.title && !known.aliases.includes(title)) known.aliases.push(title)
  if (link && !known.links.includes(link)) known.links.push(link)
}

function freeId(name: string, publisher: string, taken: Set<string>): string {
  let id = taken.has(name) && publisher ? `${name}-${publisher}` : name
  for (let n = 2; taken.has(id); n += 1) id = `${name}-${n}`
  taken.add(id)
  return id
}
