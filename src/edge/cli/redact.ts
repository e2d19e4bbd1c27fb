import { readFile, writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { Problem } from '../../foundation/kernel/index.ts'
import { supplierColumn } from '../../profiles/index.ts'
import { redactText } from '../../profiles/spend/redact.ts'
import { checkFile } from './check.ts'
import { run } from './exit.ts'

interface RedactOptions {
  column?: string
  rows?: string
  output?: string
}

const delimiters: Record<string, string> = { comma: ',', tab: '\t', semicolon: ';', pipe: '|' }

export function redactCommand(program: Command): void {
  program
    .command('redact <file>')
    .description('Take the names of likely private persons out of a file of spending before it is published')
    .option('--column <name>', 'column to take names out of, by default the supplier')
    .option('--rows <numbers>', 'rows to take them out of, header excluded, commas between; by default those that look like persons')
    .option('--output <file>', 'where to write the result, by default standard output')
    .action((file: string, options: RedactOptions) => run(() => redact(file, options)))
}

async function redact(file: string, { column, rows, output }: RedactOptions): Promise<void> {
  const { columns, source } = await checkFile(file)
  if (source.delimiter === undefined)
    throw new Problem('format-not-supported', {
      detail: 'Names can be taken out of delimited text only.',
      hint: 'Save the sheet as CSV first.',
    })
  const at = column === undefined ? supplierColumn(columns) : columns.findIndex(({ name, alias }) => name === column || alias === column)
  if (at === undefined || at < 0)
    throw new Problem('column-not-found', {
      detail: `The file has no column ${JSON.stringify(column ?? 'of suppliers')}.`,
      pointer: '/column',
      hint: '--column NAME',
    })
  const text = new TextDecoder(source.encoding).decode(await readFile(file))
  const result = redactText(text, {
    dialect: { delimiter: delimiters[source.delimiter] ?? source.delimiter, quote: source.quote ?? '"', newline: '\n' },
    headerLine: source.headerRow ?? 0,
    column: columns[at]?.position ?? at,
    ...(rows !== undefined && { rows: new Set(rows.split(',').map(Number)) }),
  })
  if (output === undefined) process.stdout.write(result.text)
  else await writeFile(output, result.text)
  for (const { row, reason } of result.redacted) console.error(`row ${row}: ${reason}`)
  console.error(`${result.redacted.length} names taken out of ${columns[at]?.name}`)
}
