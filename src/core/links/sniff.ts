/** Formats that a machine reads as a table or as structured data, by the first bytes alone. */
const signatures: Array<[format: string, bytes: number[]]> = [
  ['pdf', [0x25, 0x50, 0x44, 0x46]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['xls', [0xd0, 0xcf, 0x11, 0xe0]],
  ['gzip', [0x1f, 0x8b]],
  ['parquet', [0x50, 0x41, 0x52, 0x31]],
  ['png', [0x89, 0x50, 0x4e, 0x47]],
  ['jpeg', [0xff, 0xd8, 0xff]],
  ['sqlite', [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65]],
]

/** What the names inside a zip container, which its start holds, say of it. */
const containers: Array<[format: string, mark: string]> = [
  ['ods', 'application/vnd.oasis.opendocument.spreadsheet'],
  ['odt', 'application/vnd.oasis.opendocument.text'],
  ['xlsx', 'xl/'],
  ['docx', 'word/'],
  ['pptx', 'ppt/'],
]

/** The format of a document by its first bytes; undefined when they could be anything. An empty start says nothing. */
export function sniffFormat(start: Uint8Array): string | undefined {
  if (start.length === 0) return undefined
  const known = signatures.find(([, bytes]) => bytes.every((byte, i) => start[i] === byte))?.[0]
  if (known === 'zip') {
    const names = Buffer.from(start).toString('latin1')
    return containers.find(([, mark]) => names.includes(mark))?.[0] ?? 'zip'
  }
  if (known) return known
  if (start.subarray(0, 512).includes(0)) return undefined
  return sniffText(
    Buffer.from(start)
      .toString('utf8')
      .replace(/^\ufeff/, ''),
  )
}

function sniffText(text: string): string | undefined {
  const begin = text.trimStart()
  if (/^(?:<!doctype html|<html|<head|<body)/i.test(begin) || (begin.startsWith('<?xml') && /<html/i.test(begin))) return 'html'
  if (begin.startsWith('<'))
    return /<rdf:RDF/.test(begin) ? 'rdf' : /<kml/i.test(begin) ? 'kml' : /<gml|opengis.net\/gml/i.test(begin) ? 'gml' : 'xml'
  if (/^[[{]/.test(begin))
    return /"type"\s*:\s*"Feature(?:Collection)?"/.test(begin) ? 'geojson' : /"@context"/.test(begin) ? 'jsonld' : 'json'
  if (/^(?:@prefix|prefix|@base)\s/i.test(begin)) return 'ttl'
  return tableOf(begin)
}

/** Lines that all have the same number of separators are a table. */
function tableOf(text: string): string | undefined {
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.trim())
  const whole = lines.slice(0, Math.max(1, lines.length - 1)).slice(0, 20)
  for (const [format, separator] of [
    ['tsv', '\t'],
    ['csv', ','],
    ['csv', ';'],
    ['csv', '|'],
  ] as const) {
    const counts = whole.map((line) => line.replace(/"[^"]*"/g, '').split(separator).length)
    const first = counts[0] ?? 1
    if (first > 1 && counts.filter((count) => count === first).length >= counts.length * 0.8) return format
  }
  return undefined
}

/** The words of a page's title; undefined when it has none. */
export function titleOf(start: Uint8Array): string | undefined {
  const found = /<title[^>]*>([^<]{0,300})/i.exec(Buffer.from(start).toString('utf8'))?.[1]
  return found?.replace(/\s+/g, ' ').trim() || undefined
}
