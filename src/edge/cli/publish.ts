import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Command } from 'commander'
import type { Job, Manifest, OverrideTexts } from '../../core/datastore/index.ts'
import { fetchFile } from '../../foundation/engines/outgoing/index.ts'
import { Problem, type ProblemBody, type ProblemCode, slugify } from '../../foundation/kernel/index.ts'
import { type Connection, connect, ensureDataset, ensurePublisher } from './connect.ts'
import { run } from './exit.ts'
import { overrideOptions, type WhereOptions, whereOptions } from './options.ts'
import { progressLine, sizeText } from './progress.ts'
import { changeOf, limitBefore, type VisibilityOptions, visibilityOptions } from './visibility.ts'

interface PublishOptions extends WhereOptions, OverrideTexts, VisibilityOptions {
  publisher?: string
  publisherTitle?: string
  title?: string
  description?: string
  dataset?: string
  distribution?: string
  key?: string
  /** False with --no-recipe. */
  recipe: boolean
  allowPrivate?: boolean
}

export function publishCommand(program: Command): void {
  visibilityOptions(
    overrideOptions(
      whereOptions(
        program.command('publish <file>').description('Publish a file, an address or standard input (-) as the next version of a dataset'),
      ),
    ),
  )
    .option('--publisher <name>', 'publisher, needed for a new dataset')
    .option('--publisher-title <title>', 'makes the publisher under this title when it is not there')
    .option('--title <title>', 'title of a new dataset')
    .option('--description <text>', 'description of a new dataset')
    .option('--dataset <name>', 'dataset to publish to; made when it is not there')
    .option('--distribution <name>', 'table of the dataset, default data')
    .option('--key <columns>', 'columns that identify a row, comma between')
    .option('--no-recipe', 'forget what was chosen for the version before')
    .option('--allow-private', 'allow addresses in private networks')
    .option('--json', 'progress and result as JSON lines')
    .action((file: string, options: PublishOptions) => run(() => publish(file, options), options.json))
}

async function publish(file: string, options: PublishOptions): Promise<void> {
  const input = await openInput(file, options.allowPrivate)
  const connection = await connect(options)
  try {
    if (options.publisher) await ensurePublisher(connection, options.publisher, options.publisherTitle)
    const dataset = await ensureDataset(connection, datasetOf(options, input.filename))
    await limitBefore(connection, dataset, options)
    const bar = progressLine(Boolean(options.json))
    const job = await follow(connection, await send(connection, dataset, input, options, bar), bar)
    bar.end()
    const distribution = job.tables?.find(({ version }) => version)?.distribution ?? options.distribution
    const manifest = (await (
      await connection.request(
        'GET',
        `/v1/datasets/${dataset}/versions/${job.version}${distribution ? `?distribution=${distribution}` : ''}`,
      )
    ).json()) as Manifest
    if (options.json) console.log(JSON.stringify({ event: 'published', unchanged: job.unchanged ?? false, ...manifest }))
    else console.log(report(manifest, job, connection))
  } finally {
    await connection.close()
  }
}

interface Input {
  body: AsyncIterable<Uint8Array>
  filename: string
  totalBytes?: number
}

/** The bytes of a path, an address or standard input. */
export async function openInput(file: string, allowPrivate = false): Promise<Input> {
  if (file === '-') return { body: process.stdin, filename: 'stdin' }
  if (/^https?:\/\//.test(file)) return fetchFile(file, allowPrivate)
  const found = await stat(file).catch(() => undefined)
  if (!found?.isFile()) throw new Problem('file-not-readable', { detail: `There is no file ${file}.` })
  return { body: createReadStream(file, { highWaterMark: 1 << 18 }), filename: basename(file), totalBytes: found.size }
}

function datasetOf(options: PublishOptions, filename: string) {
  const title = options.title ?? options.dataset ?? filename.replace(/\.[^.]*$/, '').replace(/[_-]+/g, ' ')
  const name = options.dataset ?? slugify(`${options.publisher ?? ''} ${title}`)
  if (!options.publisher && !options.dataset)
    throw new Problem('parameter-invalid', {
      detail: 'A new dataset needs --publisher; for the next version of one give --dataset.',
      pointer: '/publisher',
    })
  return {
    name: slugify(name, 100),
    title,
    publisher: options.publisher ?? '',
    ...(options.description && { description: options.description }),
    ...changeOf(options),
  }
}

async function send(
  connection: Connection,
  dataset: string,
  input: Input,
  options: PublishOptions,
  bar: ReturnType<typeof progressLine>,
): Promise<Job> {
  const query = new URLSearchParams({ filename: input.filename })
  for (const [name, value] of [
    ['key', options.key],
    ['distribution', options.distribution],
    ['delimiter', options.delimiter],
    ['headerRow', options.headerRow],
    ['encoding', options.encoding],
    ['sheet', options.sheet],
    ['ignoreRows', options.ignoreRows],
    ['recipe', options.recipe ? undefined : 'none'],
  ] as const)
    if (value !== undefined) query.set(name, String(value))
  for (const type of options.type ?? []) query.append('type', type)
  const reply = await connection.request('POST', `/v1/datasets/${dataset}/versions?${query}`, {
    body: counted(input, bar),
    headers: { prefer: 'respond-async', 'content-type': 'application/octet-stream' },
  })
  return (await reply.json()) as Job
}

async function* counted(input: Input, bar: ReturnType<typeof progressLine>): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of input.body) {
    bytes += chunk.byteLength
    bar.update({ stage: 'receiving', bytes, ...(input.totalBytes && { percent: (bytes / input.totalBytes) * 100 }) })
    yield chunk
  }
}

/** Follows the job's server-sent events to its end. @throws the problem it failed with */
async function follow(connection: Connection, job: Job, bar: ReturnType<typeof progressLine>): Promise<Job> {
  const reply = await connection.request('GET', `/v1/jobs/${job.id}`, { headers: { accept: 'text/event-stream' } })
  const decoder = new TextDecoder()
  let text = ''
  let last = job
  for await (const chunk of reply.body) {
    const parts = (text + decoder.decode(chunk, { stream: true })).split('\n\n')
    text = parts.pop() ?? ''
    for (const part of parts) {
      last = JSON.parse(/^data: (.*)$/m.exec(part)?.[1] ?? '{}') as Job
      bar.update(last.progress)
    }
  }
  if (last.state === 'failed') throw asProblem(last.problem)
  return last
}

function asProblem(body: ProblemBody | undefined): Problem {
  const { type: _type, title: _title, status: _status, code = 'internal-error', ...fields } = body ?? ({} as ProblemBody)
  return new Problem(code as ProblemCode, fields)
}

function report(manifest: Manifest, job: Job, connection: Connection): string {
  const { dataset, version, rows, rejectedCells, columns, source } = manifest
  const wide = Math.max(...columns.map((column) => column.name.length), 6)
  const base = connection.local ? 'http://127.0.0.1:1616' : connection.base
  return [
    job.unchanged
      ? `The file is version ${version} already; nothing was changed.`
      : `Published ${dataset} ${version}: ${rows.toLocaleString('en-GB')} rows from ${sizeText(source.bytes)} (${source.encoding}${source.headerRow ? `, header on line ${source.headerRow}` : ''}).`,
    ...tableLines(job),
    `${rejectedCells.toLocaleString('en-GB')} cells set aside${rejectedCells ? `: ${base}/v1/datasets/${dataset}/versions/${version}/rejects` : ''}`,
    '',
    ...columns.map(
      (column) =>
        `  ${column.name.padEnd(wide)}  ${column.type.padEnd(9)}  ${column.reason}${column.rejected ? ` (${column.rejected} set aside)` : ''}`,
    ),
    '',
    `Page  ${base}/datasets/${dataset}`,
    `API   ${base}/v1/datasets/${dataset}/records`,
    ...(connection.local ? ['No server is running on this folder; start one with: sixteen serve'] : []),
  ].join('\n')
}

/** Each table of a file with several. */
function tableLines({ tables = [] }: Job): string[] {
  return tables.map(
    ({ table, distribution, version, rows, problem }) =>
      `  ${table}: ${problem ?? `table ${distribution} ${version}, ${(rows ?? 0).toLocaleString('en-GB')} rows`}`,
  )
}
