import { rm, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { Columns } from '../../foundation/engines/duckdb/index.ts'
import { keepStream, type Objects } from '../../foundation/engines/files/index.ts'
import { type Clock, type Config, capped, newId, Problem, type SixteenBus } from '../../foundation/kernel/index.ts'
import type { Catalogue } from '../catalogue/index.ts'
import type { Ingested, IngestLimits, Overrides } from './ingest/index.ts'
import type { Ingesting } from './ingest/threads.ts'
import type { Manifest } from './model.ts'
import type { VersionStore } from './store.ts'
import { nextNumber } from './versions/number.ts'
import { versionPlace } from './versions/place.ts'
import { impactOf, schemaChanges } from './versions/schema-changes.ts'

/** How far a publication has come. Bytes count the file as received; rows are estimated until it is done. */
export interface PublishProgress {
  stage: 'receiving' | 'checking' | 'writing' | 'widening' | 'sorting' | 'profiling' | 'done'
  bytes: number
  totalBytes?: number
  /** 0 to 100 within the stage; absent where it cannot be known. */
  percent?: number
  rows?: number
}

export interface PublishInput {
  dataset: string
  /** Table of the dataset; `data` by default. */
  distribution?: string
  source: AsyncIterable<Uint8Array>
  /** File name as sent; only its last part is kept. */
  filename: string
  mediaType?: string
  totalBytes?: number
  /** Column names or aliases; that of the version before when left out. */
  key?: readonly string[]
  overrides?: Overrides
  /** Whether what was chosen for the version before holds on; it does by default. */
  recipe?: 'keep' | 'none'
  onProgress?: (progress: PublishProgress) => void
}

/** One table of a file with several. */
export interface PublishedTable {
  /** Sheet or file of the archive. */
  table: string
  distribution: string
  version?: string
  rows?: number
  /** Why it was passed over. */
  problem?: string
}

export interface Published {
  /** Where all tables of a file were published: each of them. */
  tables?: PublishedTable[]
  manifest: Manifest
  /** The bytes are those of the current version: nothing was made. */
  unchanged: boolean
}

/** What publishing needs. */
export interface Parts {
  store: VersionStore
  columns: Columns
  ingesting: Ingesting
  objects: Objects
  catalogue: Catalogue
  clock: Clock
  events: SixteenBus
  config: Config
  /** Refuses a version that would break users of a dataset whose owner has promised notice. @throws {Problem} notice-needed */
  demandNotice?: (dataset: string) => Promise<void>
}

export const DEFAULT_DISTRIBUTION = 'data'

export function ingestLimits(config: Config): IngestLimits {
  return { maxInflatedBytes: config.maxInflatedMb * 1e6, maxColumns: config.maxColumns, maxLineBytes: config.maxLineMb * 1e6 }
}

/**
 * Takes a file in and makes it the current version of its table. Nothing is visible before the last step, and whatever fails leaves
 * the version before as it was.
 */
export async function publish(parts: Parts, input: PublishInput): Promise<Published> {
  const began = parts.clock.now().getTime()
  const dataset = await parts.catalogue.dataset(input.dataset)
  const distribution = input.distribution ?? DEFAULT_DISTRIBUTION
  const folder = await parts.objects.workFolder()
  try {
    const received = await receive(parts, input, folder)
    const current = (await parts.store.current(input.dataset)).find((manifest) => manifest.distribution === distribution)
    const key = input.key ?? current?.key ?? []
    if (current && isSame(current, received, key, input)) return { manifest: current, unchanged: true }
    const ingested = await read(parts, input, received, folder, key, current)
    const manifest = await commit(parts, { ...input, distribution }, received, ingested, folder)
    input.onProgress?.({ stage: 'done', bytes: received.bytes, percent: 100, rows: manifest.rows })
    announce(parts, dataset.publisher, manifest, began)
    return { manifest, unchanged: false }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Tells the other areas of a version that was made; `began` is when, in milliseconds since 1970. */
export function announce({ clock, events }: Parts, publisher: string, manifest: Manifest, began: number): void {
  const { dataset, distribution, version, rows } = manifest
  events.emit('version-published', { dataset, publisher, distribution, version, rows, ms: clock.now().getTime() - began })
}

/** A file kept in a work folder. */
export interface Received {
  path: string
  filename: string
  bytes: number
  sha256: string
}

async function receive(parts: Parts, input: PublishInput, folder: string): Promise<Received> {
  const filename = safeName(input.filename)
  const path = join(folder, `source${extname(filename).toLowerCase()}`)
  const total = input.totalBytes === undefined ? {} : { totalBytes: input.totalBytes }
  const percent = (bytes: number) => (input.totalBytes ? { percent: Math.min(100, (bytes / input.totalBytes) * 100) } : {})
  const kept = await keepStream(capped(input.source, parts.config.maxUploadMb * 1e6), path, (bytes) =>
    input.onProgress?.({ stage: 'receiving', bytes, ...total, ...percent(bytes) }),
  )
  return { path, filename, ...kept }
}

/** The last part of a name, without anything that a file system or a header could stumble over. */
export function safeName(name: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? ''
  const plain = last
    .replace(/[^\p{L}\p{N} ._()+,=@£&-]/gu, '_')
    .replace(/^\.+/, '')
    .slice(-150)
    .trim()
  return plain || 'data'
}

function isSame(current: Manifest, received: Received, key: readonly string[], { overrides, recipe }: PublishInput): boolean {
  const sameKey =
    key.length === current.key.length &&
    key.every((name, i) =>
      current.columns.some((column) => column.alias === current.key[i] && (column.alias === name || column.name === name)),
    )
  return (
    current.source.sha256 === received.sha256 &&
    sameKey &&
    !Object.values(overrides ?? {}).some((value) => value !== undefined) &&
    (recipe !== 'none' || !current.recipe)
  )
}

function read(
  parts: Parts,
  input: PublishInput,
  received: Received,
  folder: string,
  key: readonly string[],
  current?: Manifest,
): Promise<Ingested> {
  const { recipe } = current ?? {}
  const inherited = recipe && input.recipe !== 'none' ? { recipe, columns: current?.columns.map(({ name }) => name) ?? [] } : undefined
  input.onProgress?.({ stage: 'checking', bytes: received.bytes })
  return parts.ingesting.ingest(
    { path: received.path, folder, key, overrides: input.overrides ?? {}, ...(inherited && { inherited }) },
    ingestLimits(parts.config),
    (stage, percent, rows) => input.onProgress?.({ stage, bytes: received.bytes, percent, ...(rows && { rows }) }),
  )
}

/** Moves a finished work folder to its place and makes it the current version, or leaves everything as it was. */
export async function commit(
  parts: Parts,
  input: Pick<PublishInput, 'dataset' | 'mediaType'> & { distribution: string },
  received: Received,
  ingested: Ingested,
  folder: string,
): Promise<Manifest> {
  const id = newId(parts.clock.now().getTime())
  const place = versionPlace(input.dataset, input.distribution, id)
  const { rows, rejectedCells, columns, key, decisions, dataBytes, sorted, recipe, setAside } = ingested
  await demandUnbroken(parts, input, columns, key)
  const mediaType = (input.mediaType ?? '').split(';')[0]?.trim() || mediaTypeOf(received.filename)
  const source = { name: received.filename, mediaType, bytes: received.bytes, sha256: received.sha256, ...ingested.source }
  const draft = {
    id,
    dataset: input.dataset,
    distribution: input.distribution,
    created: parts.clock.now().toISOString(),
    rows,
    rejectedCells,
    key,
    columns,
    source,
    decisions,
    ...(recipe && { recipe }),
    ...(setAside.length && { setAside: [...setAside] }),
    dataBytes,
    sorted,
  }
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(draft, null, 1))
  await parts.objects.settle(folder, place)
  try {
    return await parts.store.transaction(async (transaction) => {
      const previous = (await parts.store.current(input.dataset, transaction)).find(
        (manifest) => manifest.distribution === input.distribution,
      )
      const manifest: Manifest = { ...draft, version: nextNumber(previous, columns, key) }
      await parts.store.insertCurrent(transaction, manifest)
      const { name: sourceName, bytes: sourceBytes } = source
      await parts.catalogue.recordDistribution(
        transaction,
        input.dataset,
        {
          name: input.distribution,
          version: manifest.version,
          versionId: id,
          rows,
          columns: columns.length,
          rejectedCells,
          sourceName,
          sourceMediaType: mediaType,
          sourceBytes,
          modified: manifest.created,
        },
        columns.map((column) => column.name),
      )
      return manifest
    })
  } catch (error) {
    await parts.objects.remove(place)
    throw error
  }
}

async function demandUnbroken(
  { store, demandNotice }: Parts,
  { dataset, distribution }: { dataset: string; distribution: string },
  columns: Ingested['columns'],
  key: readonly string[],
): Promise<void> {
  if (!demandNotice) return
  const previous = (await store.current(dataset)).find((manifest) => manifest.distribution === distribution)
  if (previous && impactOf(schemaChanges(previous, { columns, key })) === 'major') await demandNotice(dataset)
}

const mediaTypes: Record<string, string> = {
  '.csv': 'text/csv',
  '.tsv': 'text/tab-separated-values',
  '.txt': 'text/plain',
  '.json': 'application/json',
  '.ndjson': 'application/x-ndjson',
  '.jsonl': 'application/x-ndjson',
  '.gz': 'application/gzip',
  '.zip': 'application/zip',
}

function mediaTypeOf(filename: string): string {
  return mediaTypes[extname(filename).toLowerCase()] ?? 'application/octet-stream'
}

/** Removes versions that were moved into place and never committed, and everything unfinished. Run at start, by the holder of the lock. */
export async function collectGarbage(objects: Objects, store: VersionStore): Promise<void> {
  await objects.clearWork()
  const known = new Set(await store.ids())
  for (const dataset of await objects.list('versions'))
    for (const distribution of await objects.list(`versions/${dataset}`))
      for (const id of await objects.list(`versions/${dataset}/${distribution}`))
        if (!known.has(id)) await objects.remove(versionPlace(dataset, distribution, id))
}

/** What is to be checked; with a dataset as the next version of its table, as what was chosen for it before says. */
export type CheckInput = Omit<PublishInput, 'dataset'> & {
  dataset?: string
  /** Is shown every row as JSON text before the draft is forgotten. */
  look?: (draft: Pick<Ingested, 'columns' | 'rows'>, rows: AsyncIterable<string[]>) => Promise<void>
}

/** What the file would become, without publishing anything. */
export async function check(
  parts: Pick<Parts, 'ingesting' | 'objects' | 'config'>,
  input: CheckInput,
  current: Manifest | undefined,
  look: (folder: string, ingested: Ingested) => Promise<void> = async () => {},
): Promise<Ingested> {
  const folder = await parts.objects.workFolder()
  try {
    const of = { ...input, dataset: input.dataset ?? '' }
    const received = await receive(parts as Parts, of, folder)
    const ingested = await read(parts as Parts, of, received, folder, input.key ?? current?.key ?? [], current)
    await look(folder, ingested)
    return ingested
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export function refuseUnknownVersion(dataset: string, wanted: string): Problem {
  return new Problem('version-not-found', {
    detail: `${dataset} has no version ${JSON.stringify(wanted)}.`,
    pointer: '/version',
    hint: `GET /v1/datasets/${dataset}/versions lists them.`,
  })
}
