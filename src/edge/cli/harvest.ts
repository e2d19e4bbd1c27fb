import { setTimeout as wait } from 'node:timers/promises'
import type { Command } from 'commander'
import type { HarvestJob } from '../../core/harvest/index.ts'
import { slugify } from '../../foundation/kernel/index.ts'
import { connect } from './connect.ts'
import { run } from './exit.ts'
import { type WhereOptions, whereOptions } from './options.ts'

type HarvestOptions = WhereOptions & {
  kind: string
  name?: string
  publisher?: string
  filter?: string
  every?: string
  dryRun?: boolean
  whole?: boolean
  ignoreRobots?: boolean
  allowPrivate?: boolean
}

export function harvestCommand(program: Command): void {
  whereOptions(program.command('harvest <url>').description('Pull another catalogue in, and tell what that did'))
    .option('--kind <kind>', 'what it speaks: ckan, dcat, data-json, ogc-records, sixteen or inventory', 'ckan')
    .option('--name <name>', 'name of the source; by default from its address')
    .option('--publisher <name>', 'file all of it under this publisher')
    .option('--filter <words>', 'which records, in the words of the source')
    .option('--every <hours>', 'from now on also by itself, so often')
    .option('--whole', 'read everything, so that what has gone is found')
    .option('--dry-run', 'change nothing')
    .option('--ignore-robots', 'its owner has agreed to what robots.txt forbids')
    .option('--allow-private', 'it may be in a private network')
    .option('--json', 'the report as JSON')
    .action((url: string, options: HarvestOptions) => run(() => pull(url, options), options.json))
}

async function pull(url: string, options: HarvestOptions): Promise<void> {
  const connection = await connect(options)
  const name = options.name ?? slugify(url.replace(/^https?:\/\//, ''), 80)
  try {
    await connection.request('PUT', `/v1/harvest/sources/${name}`, {
      json: {
        url,
        kind: options.kind,
        ...(options.publisher && { publisher: options.publisher }),
        ...(options.filter && { filter: options.filter }),
        ...(options.every && { everyHours: Number(options.every) }),
        ...(options.ignoreRobots && { ignoreRobots: true }),
        ...(options.allowPrivate && { allowPrivate: true }),
      },
    })
    const query = new URLSearchParams({ ...(options.dryRun && { dryRun: 'true' }), ...(options.whole && { whole: 'true' }) })
    const started = (await (await connection.request('POST', `/v1/harvest/sources/${name}/jobs?${query}`)).json()) as HarvestJob
    let job = started
    while (job.state === 'running') {
      await wait(500)
      job = (await (await connection.request('GET', `/v1/harvest/jobs/${started.id}`)).json()) as HarvestJob
      if (process.stderr.isTTY) process.stderr.write(`\r${job.report.seen} records seen`)
    }
    console.log(options.json ? JSON.stringify(job) : tell(job))
    if (job.state === 'failed') process.exitCode = 3
  } finally {
    await connection.close()
  }
}

function tell({ source, state, dryRun, report }: HarvestJob): string {
  const { seen, created, updated, unchanged, removed, duplicates, refused, errors } = report
  return [
    `${source}: ${state}${dryRun ? ', nothing was changed' : ''}`,
    `${seen} records seen: ${created} new, ${updated} changed, ${unchanged} unchanged, ${duplicates} known from elsewhere, ${refused} refused; ${removed} taken away`,
    ...errors.slice(0, 50).map(({ record, message }) => `  ${record ? `${record}: ` : ''}${message}`),
    ...(errors.length > 50 ? [`  and ${errors.length - 50} more: --json tells them`] : []),
  ].join('\n')
}
