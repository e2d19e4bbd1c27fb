import type { Command } from 'commander'
import type { ListReport } from '../../core/steering/index.ts'
import { connect } from './connect.ts'
import { run } from './exit.ts'
import { type WhereOptions, whereOptions } from './options.ts'
import { openInput } from './publish.ts'

export function niiCommand(program: Command): void {
  const nii = program.command('nii').description('The National Information Infrastructure: data that the nation relies on')
  whereOptions(nii.command('import <file>').description('Take in a list of the form of October 2013, and tell its faults'))
    .option('--source <name>', 'what the list is called')
    .option('--json', 'the report as JSON')
    .action((file: string, options: WhereOptions & { source?: string }) => run(() => importList(file, options), options.json))
}

async function importList(file: string, options: WhereOptions & { source?: string }): Promise<void> {
  const { body } = await openInput(file)
  const connection = await connect(options)
  try {
    const query = options.source === undefined ? '' : `?${new URLSearchParams({ source: options.source })}`
    const reply = await connection.request('POST', `/v1/nii/import${query}`, { body, headers: { 'content-type': 'text/csv' } })
    const report = (await reply.json()) as ListReport
    console.log(options.json ? JSON.stringify(report) : tell(report))
  } finally {
    await connection.close()
  }
}

function tell({ source, rows, entries, added, merged, linked, faults }: ListReport): string {
  const kinds = [...Map.groupBy(faults, ({ code }) => code)].sort((a, b) => b[1].length - a[1].length)
  return [
    `${source}: ${rows} rows, ${entries} entries, ${added} new, ${merged} rows merged into others, ${linked} tied to a dataset here`,
    '',
    ...kinds.map(([code, of]) => `${String(of.length).padStart(5)}  ${code.replaceAll('-', ' ')}`),
    ...(faults.length ? [''] : []),
    ...faults.map(
      ({ line, code, found, became }) => `  line ${line}, ${code.replaceAll('-', ' ')}: ${found}${became ? ` -> ${became}` : ''}`,
    ),
  ].join('\n')
}
