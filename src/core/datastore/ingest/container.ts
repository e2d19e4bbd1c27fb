import { open } from 'node:fs/promises'
import { Archive } from '../../../foundation/formats/zip.ts'
import { Problem } from '../../../foundation/kernel/index.ts'

/** What kind of file the bytes are, whatever its name says. */
export type Container = 'delimited' | 'ndjson' | 'json' | 'geojson' | 'gzip' | 'zip' | 'xlsx' | 'ods' | 'xls' | 'parquet' | 'xml' | 'html'

/** Bytes that name a format we cannot read as a table, and what to do instead. */
const refused: Array<{ magic: string; what: string; hint: string }> = [
  { magic: '%PDF-', what: 'a PDF document', hint: 'Publish the table the document was made from.' },
  { magic: '\x89PNG', what: 'a PNG picture', hint: 'Publish the table behind the picture.' },
  { magic: '\xff\xd8\xff', what: 'a JPEG picture', hint: 'Publish the table behind the picture.' },
  { magic: 'GIF8', what: 'a GIF picture', hint: 'Publish the table behind the picture.' },
  { magic: 'SQLite format 3\0', what: 'an SQLite database', hint: 'Export the table as CSV.' },
  { magic: 'II*\0', what: 'a TIFF picture', hint: 'Publish the table behind the picture.' },
  { magic: 'MM\0*', what: 'a TIFF picture', hint: 'Publish the table behind the picture.' },
  { magic: 'RIFF', what: 'a picture, a sound or a film', hint: 'Publish the table behind it.' },
  { magic: '{\\rtf', what: 'a rich text document', hint: 'Publish the table in it as CSV, XLSX or ODS.' },
  { magic: 'BZh', what: 'a bzip2 archive', hint: 'Use zip or gzip.' },
  { magic: '\xfd7zXZ', what: 'an xz archive', hint: 'Use zip or gzip.' },
  { magic: '\x28\xb5\x2f\xfd', what: 'a zstd archive', hint: 'Use zip or gzip.' },
  { magic: '7z\xbc\xaf', what: 'a 7z archive', hint: 'Use zip or gzip.' },
  { magic: 'Rar!', what: 'a RAR archive', hint: 'Use zip or gzip.' },
  { magic: '\x7fELF', what: 'a program', hint: 'Publish a table.' },
]

/**
 * The container of a file by its first bytes.
 *
 * @throws {Problem} file-empty, or file-binary saying what the file is instead of a table.
 */
export async function detectContainer(path: string): Promise<Container> {
  const head = await readHead(path, 4096)
  if (head.length === 0) throw new Problem('file-empty', { detail: 'The file holds no bytes.' })
  const text = head.toString('latin1')
  if (text.startsWith('\x1f\x8b')) return 'gzip'
  if (text.startsWith('PK\x03\x04') || text.startsWith('PK\x05\x06')) return zipKind(path)
  if (await isEncryptedWorkbook(path, head))
    throw new Problem('file-not-readable', { detail: 'The workbook is encrypted.', hint: 'Publish it without a password.' })
  for (const { magic, what, hint } of refused)
    if (text.startsWith(magic)) throw new Problem('file-binary', { detail: `The file is ${what}, not a table of text.`, hint })
  if (text.startsWith('\xd0\xcf\x11\xe0')) return 'xls'
  if (text.startsWith('PAR1')) return 'parquet'
  return markupKind(head) ?? jsonKind(text) ?? 'delimited'
}

/** Pages and XML by their first tag, in UTF-16 too, which is how some programs export tables. */
function markupKind(head: Buffer): Container | undefined {
  const text = head[0] === 0xff && head[1] === 0xfe ? head.toString('utf16le', 2) : head.toString('latin1').replace(/^\xef\xbb\xbf/, '')
  const first = text.replace(/^\s*(?:<!--[\s\S]*?-->\s*)*/, '')
  if (/^<(?:!doctype\s+html|html|head|body|table|meta|div)\b/i.test(first)) return 'html'
  if (!/^<\?xml|^<[A-Za-z][\w.:-]*(?:\s[^<>]*)?>/.test(first)) return undefined
  return /<html\b/i.test(first.slice(0, 1000)) ? 'html' : 'xml'
}

const documents = [
  { part: 'word/document.xml', what: 'a Word document' },
  { part: 'ppt/presentation.xml', what: 'a PowerPoint presentation' },
  { part: 'xl/workbook.bin', what: 'a workbook in Excel’s binary form (XLSB)' },
]

/** A workbook is a zip that says so; a zip that cannot be listed is left to whoever unpacks it. */
async function zipKind(path: string): Promise<Container> {
  const archive = await Archive.open(path).catch(() => undefined)
  if (!archive) return 'zip'
  try {
    if (archive.find('xl/workbook.xml')) return 'xlsx'
    const document = documents.find(({ part }) => archive.find(part))
    if (document)
      throw new Problem('file-binary', {
        detail: `The file is ${document.what}, not a table.`,
        hint: 'Publish the table in it as CSV, XLSX or ODS.',
      })
    const declared = archive.find('mimetype')
    if (!declared || declared.uncompressedSize > 200) return 'zip'
    let type = ''
    for await (const piece of archive.text(declared, { maxInflatedBytes: 200 })) type += piece
    if (/^application\/vnd\.oasis\.opendocument\.(?:text|presentation|graphics)/.test(type))
      throw new Problem('file-binary', {
        detail: 'The file is an OpenDocument text or presentation, not a table.',
        hint: 'Publish the table in it as CSV, XLSX or ODS.',
      })
    return type.trim() === 'application/vnd.oasis.opendocument.spreadsheet' ? 'ods' : 'zip'
  } catch (error) {
    if (error instanceof Problem && error.code === 'file-binary') throw error
    return 'zip'
  } finally {
    archive.close()
  }
}

/**
 * Whether an old Office container wraps an encrypted new workbook: its directory then names the package.
 *
 * @see MS-CFB 2.2 and 2.6, MS-OFFCRYPTO 2.3.4.4
 */
async function isEncryptedWorkbook(path: string, head: Buffer): Promise<boolean> {
  if (head.length < 512 || head.readUInt32BE(0) !== 0xd0cf11e0) return false
  const sectorBits = head.readUInt16LE(30)
  if (sectorBits !== 9 && sectorBits !== 12) return false
  const directory = await readHead(path, 4096, (head.readUInt32LE(48) + 1) * 2 ** sectorBits)
  return directory.includes(Buffer.from('EncryptedPackage', 'utf16le'))
}

function jsonKind(head: string): Container | undefined {
  const text = head.replace(/^\xef\xbb\xbf/, '').trimStart()
  if (text.startsWith('{') && /"type"\s*:\s*"FeatureCollection"/.test(text)) return 'geojson'
  if (/^\[\s*(?:[[{\]]|$)/.test(text)) return 'json'
  if (!/^\{\s*(?:"|\}|$)/.test(text)) return undefined
  const end = text.indexOf('\n')
  return end < 0 || isJson(text.slice(0, end)) ? 'ndjson' : 'json'
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

export async function readHead(path: string, length: number, from = 0): Promise<Buffer> {
  const handle = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, from)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}
