import type { Command } from 'commander'
import type { ImportReport, Slip } from '../../core/steering/index.ts'
import { connect } from './connect.ts'
import { run } from './exit.ts'
import { type WhereOptions, whereOptions } from './options.ts'
import { openInput } from './publish.ts'

export function progressCommand(program: Command): void {
  const progress = program.command('progress').description('What each department has done and promises')
  whereOptions(
    progress.command('import <file>').description('Read a policy paper (plain text) into departments, what they did and what they plan'),
  )
    .option('--json', 'the result as JSON')
    .action((file: string, options: WhereOptions) => run(() => importPaper(file, options), options.json))
}

async function importPaper(file: string, options: WhereOptions): Promise<void> {
  const { body } = await openInput(file)
  const connection = await connect(options)
  try {
    const reply = await connection.request('POST', '/v1/progress/import', {
      body,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
    })
    const report = (await reply.json()) as ImportReport
    console.log(options.json ? JSON.stringify(report) : tell(report))
  } finally {
    await connection.close()
  }
}

function tell({ title, updated, departments, entries, slips }: ImportReport): string {
  const wide = Math.max(...departments.map(({ department }) => department.length))
  return [
    title,
    ...(updated ? [`Updated ${updated}`] : []),
    '',
    ...departments.map(
      ({ number, department, progress, planned }) =>
        `${String(number).padStart(3)}  ${department.padEnd(wide)}  ${progress} done  ${planned} planned`,
    ),
    '',
    `${count(departments.length, 'department')}, ${count(entries, 'entry', 'entries')}, ${count(slips.length, 'slip')}${slips.length ? ':' : '.'}`,
    ...slips.map((slip) => `  line ${slip.line}, department ${slip.department}: ${sentence(slip)}`),
  ].join('\n')
}

function sentence({ code, found, expected }: Slip): string {
  const kind = code.replaceAll('-', ' ')
  const quoted = found && ` “${found}”`
  return expected ? `${kind}:${quoted} where “${expected}” is expected` : `${kind}:${quoted}`
}

const count = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`
