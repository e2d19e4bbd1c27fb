import { open } from 'node:fs/promises'
import { Archive } from '../../../foundation/formats/zip.ts'
import { Problem } from '../../../foundation/kernel/index.ts'

/** What kind of file the bytes are, whatever its name says. */
export type Container = 'delimited' | 'ndjson' | 'json' | 'gzip' | 'zip' | 'xlsx' | 'ods'

/** Bytes that name a format we cannot read as a table, and what to do instead. */
const refused: Array<{ magic: string | RegExp; what: string; hint: string }> = [
  { magic: '%PDF-', what: 'a PDF document', hint: 'Publish the table the document was made from.' },
  { magic: '\x89PNG', what: 'a PNG picture', hint: 'Publish the table behind the picture.' },
  { magic: '\xff\xd8\xff', what: 'a JPEG picture', hint: 'Publish the table behind the picture.' },
  { magic: 'GIF8', what: 'a GIF picture', hint: 'Publish the table behind the picture.' },
  { magic: '\xd0\xcf\x11\xe0', what: 'an old Office document (XLS or DOC)', hint: 'Save the sheet as XLSX, ODS or CSV.' },
  { magic: 'SQLite format 3\0', what: 'an SQLite database', hint: 'Export the table as CSV.' },
  { magic: 'PAR1', what: 'a Parquet file', hint: 'Export the table as CSV.' },
  { magic: '7z\xbc\xaf', what: 'a 7z archive', hint: 'Use zip or gzip.' },
  { magic: 'Rar!', what: 'a RAR archive', hint: 'Use zip or gzip.' },
  { magic: '\x7fELF', what: 'a program', hint: 'Publish a table.' },
  {
    magic: /^(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body)/i,
    what: 'a web page',
    hint: 'The link may need signing in, or the file may have moved: look at it in a browser.',
  },
  { magic: /^(?:\xef\xbb\xbf)?\s*<\?xml/i, what: 'an XML document', hint: 'Publish the table as CSV, JSON or NDJSON.' },
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
    if (typeof magic === 'string' ? text.startsWith(magic) : magic.test(text))
      throw new Problem('file-binary', { detail: `The file is ${what}, not a table of text.`, hint })
  return jsonKind(text) ?? 'delimited'
}

/** A workbook is a zip that says so; a zip that cannot be listed is left to whoever unpacks it. */
async function zipKind(path: string): Promise<Container> {
  const archive = await Archive.open(path).catch(() => undefined)
  if (!archive) return 'zip'
  try {
    if (archive.find('xl/workbook.xml')) return 'xlsx'
    const declared = archive.find('mimetype')
    if (!declared || declared.uncompressedSize > 200) return 'zip'
    let type = ''
    for await (const piece of archive.text(declared, { maxInflatedBytes: 200 })) type += piece
    return type.trim() === 'application/vnd.oasis.opendocument.spreadsheet' ? 'ods' : 'zip'
  } catch {
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
