import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { type OverrideTexts, type PublishProgress, parseOverrides } from '../../core/datastore/index.ts'
import type { DraftReview } from '../../core/profile-kit.ts'
import { configure, openSixteen } from '../compose.ts'
import { run } from './exit.ts'
import { overrideOptions } from './options.ts'
import { progressLine, sizeText } from './progress.ts'
import { openInput } from './publish.ts'

interface CheckOptions extends OverrideTexts {
  key?: string
  json?: boolean
}

export function checkCommand(program: Command): void {
  overrideOptions(
    program
      .command('check <file>')
      .description('Show what a file would become, without publishing it')
      .option('--key <columns>', 'columns that identify a row, comma between'),
  )
    .option('--json', 'the result as JSON')
    .action((file: string, options: CheckOptions) => run(() => check(file, options), options.json))
}

async function check(file: string, options: CheckOptions): Promise<void> {
  const bar = progressLine(Boolean(options.json))
  const result = await checkFile(file, options, bar.update)
  bar.end()
  if (options.json) console.log(JSON.stringify(result))
  else console.log([describe(result), ...result.reviews.flatMap(reviewLines)].join('\n'))
}

/** What a file would become. Works in a folder of its own that is deleted: checking touches no data folder. */
export async function checkFile(
  file: string,
  options: OverrideTexts & { key?: string } = {},
  onProgress: (progress: PublishProgress) => void = () => {},
) {
  const input = await openInput(file)
  const folder = await mkdtemp(join(tmpdir(), 'sixteen-check-'))
  const sixteen = await openSixteen({ ...configure(), data: folder, logLevel: 'silent' })
  try {
    let reviews: DraftReview[] = []
    const result = await sixteen.datastore.check({
      source: input.body,
      filename: input.filename,
      ...(input.totalBytes && { totalBytes: input.totalBytes }),
      ...(options.key && { key: options.key.split(',') }),
      overrides: parseOverrides(options),
      onProgress,
      look: async ({ columns, rows }, texts) => {
        reviews = await sixteen.review({ filename: input.filename, columns, rows }, texts)
      },
    })
    return { ...result, reviews, bytes: input.totalBytes }
  } finally {
    await sixteen.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** What a domain says of the file, a line a finding and the rows that it is about. */
function reviewLines({ title, findings }: DraftReview): string[] {
  const lines = findings.map(
    (finding) =>
      `  ${finding.title}: ${finding.count.toLocaleString('en-GB')} (rows ${finding.examples.map(({ row }) => row).join(', ')}${finding.count > finding.examples.length ? ', …' : ''})`,
  )
  return ['', title, ...(lines.length ? lines : ['  nothing to look at'])]
}

type Checked = Awaited<ReturnType<typeof checkFile>>

function describe(result: Checked): string {
  const { bytes } = result
  const wide = Math.min(40, Math.max(...result.decisions.map(({ what }) => what.length)))
  const decisions = result.decisions.map(
    ({ what, value, reason, confidence }) =>
      `  ${what.padEnd(wide)}  ${String(value).padEnd(12)}  ${`${Math.round(confidence * 100)} %`.padStart(5)}  ${reason}`,
  )
  const rows = result.preview.slice(0, 5).map(
    (row) =>
      `  ${Object.values(row)
        .map((value) => value ?? '')
        .join(' | ')
        .slice(0, 150)}`,
  )
  const rejects = result.rejects.map((reject) =>
    reject.row
      ? `  row ${reject.row}${reject.column && `, ${reject.column}`}: ${JSON.stringify(reject.text)} (${reject.rule})`
      : `  ${reject.text} (${reject.rule})`,
  )
  return [
    `${result.rows.toLocaleString('en-GB')} rows, ${result.columns.length} columns${bytes ? `, ${sizeText(bytes)}` : ''}`,
    '',
    'Understood, how sure, and why',
    ...decisions,
    '',
    'First rows',
    ...rows,
    '',
    `Cells that do not fit: ${result.rejectedCells.toLocaleString('en-GB')}`,
    ...rejects,
  ].join('\n')
}
