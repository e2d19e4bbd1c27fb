import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import { Problem } from '../../foundation/kernel/index.ts'
import { connect } from './connect.ts'
import { run } from './exit.ts'
import { type WhereOptions, whereOptions } from './options.ts'

const formats = ['csv', 'ndjson', 'json', 'parquet'] as const

export function queryCommand(program: Command): void {
  whereOptions(
    program
      .command('query <dataset> [filters...]')
      .description('Print rows: filters are column__operator=value, and columns=, sort=, limit='),
  )
    .option('--json', 'the whole answer as JSON')
    .action((dataset: string, filters: string[], options: WhereOptions) =>
      run(async () => {
        const connection = await connect(options)
        try {
          const reply = await connection.request('GET', `/v1/datasets/${encodeURIComponent(dataset)}/records?${parametersOf(filters)}`)
          const answer = (await reply.json()) as { records: Record<string, unknown>[]; page: { total: number }; version: string }
          if (options.json) console.log(JSON.stringify(answer))
          else {
            console.table(answer.records)
            console.log(`${answer.records.length} of ${answer.page.total.toLocaleString('en-GB')} rows, version ${answer.version}`)
          }
        } finally {
          await connection.close()
        }
      }, options.json),
    )
}

export function exportCommand(program: Command): void {
  whereOptions(program.command('export <dataset> [filters...]').description('Write the whole result to a file or standard output'))
    .option('--format <format>', `${formats.join(', ')}`, 'csv')
    .option('--output <file>', 'file to write, default standard output')
    .action((dataset: string, filters: string[], options: WhereOptions & { format: string; output?: string }) =>
      run(async () => {
        if (!(formats as readonly string[]).includes(options.format))
          throw new Problem('format-not-supported', {
            detail: `There is no format ${options.format}.`,
            hint: `Formats: ${formats.join(' ')}.`,
          })
        const connection = await connect(options)
        try {
          const reply = await connection.request(
            'GET',
            `/v1/datasets/${encodeURIComponent(dataset)}/records.${options.format}?${parametersOf(filters)}`,
          )
          if (options.output) await pipeline(reply.body, createWriteStream(options.output))
          else for await (const chunk of reply.body) if (!process.stdout.write(chunk)) await once(process.stdout, 'drain')
        } finally {
          await connection.close()
        }
      }),
    )
}

function parametersOf(filters: readonly string[]): string {
  const parameters = new URLSearchParams()
  for (const filter of filters) {
    const at = filter.indexOf('=')
    if (at < 1) throw new Problem('parameter-invalid', { detail: `${JSON.stringify(filter)} is not column__operator=value.` })
    parameters.append(filter.slice(0, at), filter.slice(at + 1))
  }
  return parameters.toString()
}
