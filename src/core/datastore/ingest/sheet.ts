import { open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { engineLine } from '../../../foundation/formats/csv.ts'
import { htmlTables, htmlTitle } from '../../../foundation/formats/html-table.ts'
import { openOds } from '../../../foundation/formats/ods.ts'
import { noRows, peeked, type SheetLimits, type Workbook } from '../../../foundation/formats/sheet.ts'
import { openSpreadsheetXml } from '../../../foundation/formats/spreadsheet-xml.ts'
import { openXls } from '../../../foundation/formats/xls.ts'
import { openXlsx } from '../../../foundation/formats/xlsx.ts'
import { Archive } from '../../../foundation/formats/zip.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { Decision } from '../model.ts'
import { indexOf } from './choose.ts'
import type { Container } from './container.ts'
import { decodeText, scanEncoding } from './encoding.ts'
import { asProblem } from './unpack.ts'

export type SheetContainer = Container & ('xlsx' | 'ods' | 'xls' | 'html' | 'xml')

/** One sheet written as comma text, and the names of all. */
export interface WrittenSheet {
  path: string
  name: string
  sheets: string[]
  decision: Decision
}

/**
 * Writes one visible sheet of a workbook as comma text in UTF-8: the one wanted, by name or by number from 1, else the first of those that
 * hold most. A row is filled up to the widest row before it: a sheet leaves out the blanks at a row's end, which is no fault of the row.
 *
 * @throws {Problem} file-empty, file-not-readable, archive-bomb, archive-truncated, parameter-invalid for a sheet that is not there.
 */
export async function writeSheet(
  path: string,
  container: SheetContainer,
  folder: string,
  limits: SheetLimits,
  wanted?: string,
): Promise<WrittenSheet> {
  try {
    return await withWorkbook(path, container, limits, async (workbook) => {
      const target = join(folder, 'sheet.csv')
      const names = workbook.sheets.map(({ name }) => name)
      for (const index of wanted === undefined ? bySize(workbook) : [indexOf(names, wanted)]) {
        const rows = await peeked(workbook.rows(index))
        if (!rows) continue
        await writeRows(rows, target, limits.maxInflatedBytes)
        const name = names[index] ?? ''
        return { path: target, name, sheets: names, decision: sheetDecision(name, names, wanted !== undefined) }
      }
      throw noRows()
    })
  } catch (error) {
    throw asProblem(error)
  }
}

/** Workbooks of before 2007 are held in memory. */
const MAX_XLS_BYTES = 100_000_000

async function withWorkbook<T>(
  path: string,
  container: SheetContainer,
  limits: SheetLimits,
  work: (workbook: Workbook) => Promise<T>,
): Promise<T> {
  if (container === 'xls') {
    if ((await stat(path)).size > MAX_XLS_BYTES)
      throw new Problem('body-too-large', {
        detail: `An XLS workbook may have ${MAX_XLS_BYTES / 1e6} MB.`,
        hint: 'Save it as XLSX, ODS or CSV.',
      })
    return work(openXls(await readFile(path)))
  }
  if (container === 'html') return work(pageWorkbook(await wholeText(path)))
  if (container === 'xml') {
    const scanned = await scanEncoding(path, { maxLineBytes: Number.POSITIVE_INFINITY })
    return work(await openSpreadsheetXml(() => decodeText(path, scanned), limits))
  }
  const archive = await Archive.open(path)
  try {
    return await work(await (container === 'xlsx' ? openXlsx : openOds)(archive, limits))
  } finally {
    archive.close()
  }
}

/** Pages are held in memory. */
const MAX_PAGE_BYTES = 100_000_000

async function wholeText(path: string): Promise<string> {
  if ((await stat(path)).size > MAX_PAGE_BYTES)
    throw new Problem('body-too-large', { detail: `A page may have ${MAX_PAGE_BYTES / 1e6} MB.`, hint: 'Publish the table as CSV.' })
  let text = ''
  for await (const piece of decodeText(path, await scanEncoding(path, { maxLineBytes: Number.POSITIVE_INFINITY }))) text += piece
  return text
}

/** The tables of a page as sheets; a page without any is none of data, but an error or a form. */
function pageWorkbook(html: string): Workbook {
  const tables = htmlTables(html).filter((rows) => rows.length > 1 && rows.some((cells) => cells.length > 1))
  if (!tables.length) {
    const title = htmlTitle(html)
    throw new Problem('file-binary', {
      detail: `The file is a web page${title ? ` called ${JSON.stringify(title)}` : ''}, not a table of text.`,
      hint: 'The link may need signing in, or the file may have moved: look at it in a browser.',
    })
  }
  return {
    sheets: tables.map((rows, i) => ({ name: `table ${i + 1}`, size: rows.reduce((cells, row) => cells + row.length, 0) })),
    rows: async function* (index) {
      yield* tables[index] ?? []
    },
  }
}

/** The first sheet that holds half as much as the largest does, then the others by what they hold. */
function bySize({ sheets }: Workbook): number[] {
  const largest = Math.max(0, ...sheets.map(({ size }) => size))
  const first = sheets.findIndex(({ size }) => size >= largest / 2)
  const others = sheets.map((_, i) => i).filter((i) => i !== first)
  return [first, ...others.sort((a, b) => (sheets[b]?.size ?? 0) - (sheets[a]?.size ?? 0))].filter((i) => i >= 0)
}

const BLOCK_CHARS = 1 << 18

async function writeRows(rows: AsyncIterable<string[]>, target: string, maxChars: number): Promise<void> {
  const handle = await open(target, 'w')
  let block = ''
  let width = 1
  let chars = 0
  const flush = async () => {
    chars += block.length
    if (chars > maxChars) throw new Problem('archive-bomb', { detail: `The sheet holds more than ${maxChars} characters.` })
    await handle.writeFile(block)
    block = ''
  }
  try {
    for await (const cells of rows) {
      width = Math.max(width, cells.length)
      block += engineLine(cells.length === width ? cells : Array.from({ length: width }, (_, i) => cells[i] ?? ''))
      if (block.length > BLOCK_CHARS) await flush()
    }
    await flush()
  } finally {
    await handle.close()
  }
}

function sheetDecision(name: string, names: readonly string[], given: boolean): Decision {
  const others = names.filter((other) => other !== name)
  const rest = others.length ? `; not read: ${others.slice(0, 10).join(', ')}${others.length > 10 ? ' and more' : ''}` : ''
  const reason = given
    ? 'chosen by the publisher'
    : others.length
      ? 'the first visible sheet of those that hold most'
      : 'the only visible sheet'
  return { what: 'sheet', value: name, reason: `${reason}${rest}`, confidence: given || !others.length ? 1 : 0.7 }
}
