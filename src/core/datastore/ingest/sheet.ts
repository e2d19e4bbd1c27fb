import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { csvLine } from '../../../foundation/formats/csv.ts'
import { openOds } from '../../../foundation/formats/ods.ts'
import type { SheetLimits } from '../../../foundation/formats/sheet.ts'
import { openXlsx } from '../../../foundation/formats/xlsx.ts'
import { Archive } from '../../../foundation/formats/zip.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { Decision } from '../model.ts'
import type { Container } from './container.ts'
import { asProblem } from './unpack.ts'

/**
 * Writes the first visible sheet with rows of a workbook as comma text in UTF-8. A row is filled up to the widest row before it:
 * a sheet leaves out the blanks at a row's end, which is no fault of the row.
 *
 * @throws {Problem} file-empty, file-not-readable, archive-bomb, archive-truncated.
 */
export async function writeSheet(
  path: string,
  container: Container & ('xlsx' | 'ods'),
  folder: string,
  limits: SheetLimits,
): Promise<{ path: string; decision: Decision }> {
  const target = join(folder, 'sheet.csv')
  try {
    const archive = await Archive.open(path)
    try {
      const sheet = await (container === 'xlsx' ? openXlsx : openOds)(archive, limits)
      await writeRows(sheet.rows, target, limits.maxInflatedBytes)
      return { path: target, decision: sheetDecision(sheet.name, sheet.others) }
    } finally {
      archive.close()
    }
  } catch (error) {
    throw asProblem(error)
  }
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
      block += csvLine(cells.length === width ? cells : Array.from({ length: width }, (_, i) => cells[i] ?? ''))
      if (block.length > BLOCK_CHARS) await flush()
    }
    await flush()
  } finally {
    await handle.close()
  }
}

function sheetDecision(name: string, others: readonly string[]): Decision {
  const rest = others.length ? `; not read: ${others.slice(0, 10).join(', ')}${others.length > 10 ? ' and more' : ''}` : ''
  return { what: 'sheet', value: name, reason: `the first visible sheet with rows${rest}`, confidence: others.length ? 0.7 : 1 }
}
