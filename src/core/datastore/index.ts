import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Columns, TextBlock } from '../../foundation/engines/duckdb/index.ts'
import type { Objects } from '../../foundation/engines/files/index.ts'
import { openRowBuilder, type RowFile } from '../../foundation/engines/rows/index.ts'
import type { Store } from '../../foundation/engines/sqlite/index.ts'
import { ByteCache, type Clock, type Config, encodeCursor, Problem, type SixteenBus, Turns } from '../../foundation/kernel/index.ts'
import type { Catalogue, Transaction } from '../catalogue/index.ts'
import { type Derivation, derive } from './derive.ts'
import { type Drafts, openDrafts } from './drafts.ts'
import { answerSql, type SqlAnswer, type SqlReading } from './faces/sql/run.ts'
import type { Ingested } from './ingest/index.ts'
import { openIngesting } from './ingest/threads.ts'
import type { ColumnProfile, Manifest } from './model.ts'
import { positionsOf } from './positions.ts'
import { readDistinct, readProfile } from './profile.ts'
import { type Provenance, traceProvenance } from './provenance.ts'
import {
  type CheckInput,
  check,
  collectGarbage,
  DEFAULT_DISTRIBUTION,
  ingestLimits,
  type Published,
  type PublishInput,
  publish,
  refuseUnknownVersion,
} from './publish.ts'
import { ALL_TABLES, publishTables } from './publish-tables.ts'
import { compileColumns, compileCount, compilePage, compileParquet, compileStream } from './query/compile.ts'
import { estimateMs } from './query/cost.ts'
import { Lane } from './query/lane.ts'
import type { JoinedColumn, QueryRequest, Resolved } from './query/model.ts'
import { type Plan, plan } from './query/plan.ts'
import { compileRejectsPage, compileRejectTexts } from './query/rejects.ts'
import type { Around, Cell, TextFormat } from './query/row-texts.ts'
import { answerFromRows, type EnginePage } from './rows/answer.ts'
import { openRowFiles } from './rows/index.ts'
import { chooseWay, type RowsWay } from './rows/way.ts'
import { cutManifest, cutName, demandData, hasNoData, isCut, wholeOf } from './sight.ts'
import { versionStore } from './store.ts'
import { type Changes, readChanges } from './versions/changes.ts'
import { openVersionLog, type VersionLog } from './versions/log.ts'
import { versionPlace } from './versions/place.ts'
import { matchingVersion, versionAsOf } from './versions/schema-changes.ts'
import { noteStore } from './versions/store.ts'
import { type WrittenRows, writeRows } from './write-rows.ts'

export { linesWithin } from './areas/boundaries.ts'
export type { Derivation, DerivedColumn, DerivedMember } from './derive.ts'
export type { Draft } from './drafts.ts'
export type { Ingested } from './ingest/index.ts'
export type { Job } from './jobs.ts'
export * from './model.ts'
export { type OverrideTexts, parseOverrides } from './overrides.ts'
export { positionsOf } from './positions.ts'
export type { Provenance } from './provenance.ts'
export type { Published, PublishedTable, PublishInput, PublishProgress } from './publish.ts'
export { type Filter, MAX_LIMIT, measureKinds, type Operator, operators, type QueryRequest } from './query/model.ts'
export { parseQueryBody, parseRecordsQuery } from './query/parse.ts'
export { tableSchema } from './table-schema.ts'
export type { Changes } from './versions/changes.ts'
export type { WrittenRows } from './write-rows.ts'

export interface PageInfo {
  limit: number
  /** Rows or groups that the question has in all, exactly. */
  total: number
  /** Cursor of the next page; null on the last. */
  next: string | null
  /** Cursor of the page before; null on the first. */
  prev: string | null
}

/** A page whose rows are JSON texts already, ready to be sent. */
export interface TextPage {
  /** The rows as the inside of a JSON array. */
  records: Buffer | string
  page: PageInfo
  manifest: Manifest
  plan: Plan
  engine: EngineChoice
}

/** Which engine answers, and why. */
export interface EngineChoice {
  engine: 'rows' | 'columns'
  reason: string
  /** Milliseconds that each step took. */
  ms: Record<string, number>
}

/** How a question is understood, and by which engine it would be answered. */
export interface Explanation {
  engine: 'rows' | 'columns'
  reason: string
  version: string
  /** About how long the column engine would take, in milliseconds. */
  columnsMs: number
  plan: Pick<Plan, 'filter' | 'sort' | 'limit' | 'measures'> & { columns: string[] }
}

export interface RejectedCell {
  /** 1-based data row of the source, header excluded. */
  row: number
  column: string
  text: string | null
  rule: string
}

export interface Datastore {
  publish(input: PublishInput): Promise<Published>
  /** Makes a table from versions of others. @throws {Problem} dataset-not-found */
  derive(derivation: Derivation): Promise<Published>
  /** Makes rows that come with their types the current version of a table. @throws {Problem} dataset-not-found */
  writeRows(input: WrittenRows): Promise<Published>
  /** Takes a table away with all its versions. @throws {Problem} dataset-has-no-data, distribution-not-found */
  dropTable(dataset: string, distribution: string): Promise<void>
  /** Reads a file as publishing would, and keeps nothing. `preview` holds its first rows. */
  check(input: CheckInput): Promise<Ingested & { preview: Record<string, unknown>[]; rejects: RejectedCell[] }>
  /** The current version of a table; without a name, of the only or first one. @throws {Problem} dataset-not-found, dataset-has-no-data, distribution-not-found */
  current(dataset: string, distribution?: string): Promise<Manifest>
  /** A version by number or id. @throws {Problem} version-not-found */
  version(dataset: string, wanted: string, distribution?: string): Promise<Manifest>
  /** Current versions of the tables whose rows have positions, by dataset. */
  placed(): Promise<Manifest[]>
  /** What a version changed against another, by default the one before it. @throws {Problem} version-not-found */
  changes(
    dataset: string,
    wanted: string,
    than: { from?: string; distribution?: string },
    page: { from: number; limit: number },
  ): Promise<Changes>
  /** Notes, withdrawals, notices and saved queries. */
  log: VersionLog
  /** All versions of a table, newest first. */
  versions(dataset: string, distribution?: string): Promise<Manifest[]>
  textPage(dataset: string, request: QueryRequest, signal?: AbortSignal): Promise<TextPage>
  /** How a page would be answered, without answering it. */
  explain(dataset: string, request: QueryRequest): Promise<Explanation>
  page(
    dataset: string,
    request: QueryRequest,
  ): Promise<{ records: Record<string, unknown>[]; page: PageInfo; version: string; manifest: Manifest }>
  /** The whole result, a text a row. */
  stream(
    dataset: string,
    request: QueryRequest,
    format: TextFormat,
    signal?: AbortSignal,
  ): Promise<{ manifest: Manifest; plan: Plan; batches: AsyncGenerator<string[]> }>
  /** The whole result as bytes, with something before and after each row. */
  blocks(
    dataset: string,
    request: QueryRequest,
    format: TextFormat,
    options?: { around?: Around; signal?: AbortSignal },
  ): Promise<{ manifest: Manifest; plan: Plan; blocks: AsyncGenerator<TextBlock> }>
  /** The whole result column by column, as the Arrow writer takes it. */
  vectors(dataset: string, request: QueryRequest, signal?: AbortSignal): Promise<{ cells: Cell[]; batches: AsyncGenerator<unknown[][]> }>
  /** The question checked, without an answer. `placed`: the format needs positions. @throws {Problem} positions-missing */
  plan(dataset: string, request: QueryRequest, placed?: boolean): Promise<{ manifest: Manifest; plan: Plan }>
  /** The whole result as a Parquet file, which `release` deletes. */
  parquet(
    dataset: string,
    request: QueryRequest,
    options?: { signal?: AbortSignal; geometry?: boolean },
  ): Promise<{ manifest: Manifest; path: string; bytes: number; release: () => Promise<void> }>
  /** One SELECT over datasets. @throws {Problem} sql-invalid, query-too-complex */
  sql(text: string, signal?: AbortSignal, reading?: SqlReading): Promise<SqlAnswer>
  rejects(
    dataset: string,
    wanted: string,
    page: { limit: number; offset: number },
    distribution?: string,
  ): Promise<{ rejects: RejectedCell[]; total: number; manifest: Manifest }>
  /** Where a row (from 1, as the rejects count) came from, and what was made of each of its cells. @throws {Problem} parameter-invalid */
  provenance(dataset: string, wanted: string, row: number, distribution?: string): Promise<Provenance>
  /** Every rejected cell as a line of CSV. */
  rejectBlocks(manifest: Manifest, signal?: AbortSignal): AsyncGenerator<TextBlock>
  /** Histograms and most frequent values by alias, made when first asked for and kept. */
  profile(manifest: Manifest): Promise<Record<string, ColumnProfile>>
  /** The file as received. @throws {Problem} source-restricted where it holds columns that whoever looks may not see */
  source(manifest: Manifest): { key: string; bytes: number }
  /** Files that publishers look at before they are published. */
  drafts: Drafts
  removeData(transaction: Transaction, dataset: string): Promise<void>
  /** Resolves when the row file of the current version is there, or will not be. */
  rowsReady(dataset: string, distribution?: string): Promise<void>
  close(): Promise<void>
}

export interface DatastoreOptions {
  store: Store
  columns: Columns
  objects: Objects
  catalogue: Catalogue
  clock: Clock
  events: SixteenBus
  config: Config
  onFailure?: (error: unknown, manifest: Manifest) => void
  /** Refuses a version that would break users of a dataset whose owner has promised notice. @throws {Problem} notice-needed */
  demandNotice?: (dataset: string) => Promise<void>
  /** Answers what a question asks of registers and areas. @throws {Problem} parameter-invalid, column-not-found, register-code-not-found */
  resolveCodes?: (manifest: Manifest, request: QueryRequest) => Promise<Resolved>
}

/** Opens the datastore and clears what a process that died left behind. */
export async function openDatastore(options: DatastoreOptions): Promise<Datastore> {
  const { columns, objects, config } = options
  options.store.migrate('datastore', join(import.meta.dirname, 'migrations'))
  const store = versionStore(options.store)
  await collectGarbage(objects, store)
  const ingesting = openIngesting({ columns: columns.patient, data: config.data })
  const parts = { ...options, store, ingesting }
  const currents = new Map<string, Promise<Manifest[]>>()
  for (const name of ['version-published', 'dataset-deleted'] as const)
    options.events.on(name, ({ dataset }) => void currents.delete(dataset))
  options.events.on('dataset-deleted', ({ dataset }) => objects.remove(`versions/${dataset}`))
  let placedNow: Promise<Manifest[]> | undefined
  for (const name of ['version-published', 'dataset-deleted'] as const) options.events.on(name, () => void (placedNow = undefined))
  const long = new Lane(LONG_AT_ONCE, config.maxQueries)
  const exporting = new Lane(EXPORTS_AT_ONCE, config.maxQueries)
  const totals = new ByteCache<number>(4e6)
  const profiles = new Map<string, Promise<Record<string, ColumnProfile>>>()

  const currentOf = async (dataset: string) => {
    const known = currents.get(dataset) ?? store.current(dataset)
    currents.set(dataset, known)
    const manifests = await known
    if (!manifests.length) currents.delete(dataset)
    return manifests
  }

  const current = async (dataset: string, distribution?: string): Promise<Manifest> => {
    const sight = await demandData(options.catalogue, dataset)
    const manifests = await currentOf(dataset)
    const found = distribution
      ? manifests.find((manifest) => manifest.distribution === distribution)
      : (manifests.find((manifest) => manifest.distribution === DEFAULT_DISTRIBUTION) ?? manifests[0])
    if (found) return cutManifest(found, sight)
    await options.catalogue.dataset(dataset)
    if (distribution && manifests.length)
      throw new Problem('distribution-not-found', {
        detail: `${dataset} has no table ${JSON.stringify(distribution)}.`,
        pointer: '/distribution',
        hint: `Its tables: ${manifests.map((manifest) => manifest.distribution).join(', ')}`,
      })
    throw hasNoData(dataset)
  }

  /** Versions of a table as whoever looks sees them, newest first. */
  const versionsOf = async (dataset: string, distribution: string): Promise<Manifest[]> => {
    const sight = await demandData(options.catalogue, dataset)
    return (await store.versions(dataset, distribution)).map((manifest) => cutManifest(manifest, sight))
  }

  const version = async (dataset: string, wanted: string, distribution?: string): Promise<Manifest> => {
    const now = await current(dataset, distribution)
    if (wanted === now.version || wanted === now.id) return now
    const found =
      (await store.find(dataset, now.distribution, wanted)) ?? matchingVersion(wanted, await store.versions(dataset, now.distribution))
    if (!found) throw refuseUnknownVersion(dataset, wanted)
    return cutManifest(found, await demandData(options.catalogue, dataset))
  }

  /** The columns that a pivot will have: the different values of its column among the rows asked for. */
  const valuesOfPivot = async (
    manifest: Manifest,
    request: QueryRequest,
    joined: readonly JoinedColumn[],
  ): Promise<Array<string | null>> => {
    const { filter, pivot = '' } = request
    const asked = plan(
      { distinct: true, columns: [pivot], sort: [{ column: pivot, descending: false }], limit: MAX_PIVOT + 1, ...(filter && { filter }) },
      manifest,
      joined,
    )
    const rows = await columns.rows(compilePage(asked, table(manifest), 'csv'), { timeoutMs: config.queryTimeoutMs })
    if (rows.length > MAX_PIVOT)
      throw new Problem('query-too-complex', {
        detail: `A pivot makes at most ${MAX_PIVOT} columns.`,
        pointer: '/pivot',
        hint: 'Filter its column, or group by it.',
      })
    return rows.map((row) => (row.k0 ?? null) as string | null)
  }

  /** The version that a question is for, unless it was withdrawn; without a wish, the newest that was not. */
  const offered = async (dataset: string, wanted: string | undefined, { asOf, distribution }: QueryRequest): Promise<Manifest> => {
    if (asOf !== undefined && !wanted) {
      const now = await current(dataset, distribution)
      const then = versionAsOf(asOf, await versionsOf(dataset, now.distribution))
      if (!then) throw new Problem('version-not-found', { detail: `Nothing was published to ${dataset} by ${asOf}.`, pointer: '/asOf' })
      await log.demandOffered(then)
      return then
    }
    const manifest = wanted ? await version(dataset, wanted, distribution) : await current(dataset, distribution)
    try {
      await log.demandOffered(manifest)
      return manifest
    } catch (refusal) {
      if (wanted) throw refusal
      for (const earlier of (await versionsOf(dataset, manifest.distribution)).slice(1))
        if (!(await log.note(earlier)).withdrawn) return earlier
      throw refusal
    }
  }

  /** The plan of a question, with what it asks of registers and areas answered. */
  const planned = async (manifest: Manifest, asked: QueryRequest, pivoted = true): Promise<Plan> => {
    const { request, joined, bound } = (await options.resolveCodes?.(manifest, asked)) ?? { request: asked, joined: [], bound: false }
    const pivotValues = request.pivot === undefined ? undefined : pivoted ? await valuesOfPivot(manifest, request, joined) : []
    return { ...plan({ ...request, ...(pivotValues && { pivotValues }) }, manifest, joined), ...(bound && { bound }) }
  }

  const log = openVersionLog({
    store: noteStore(options.store),
    clock: options.clock,
    events: options.events,
    current,
    plan: (manifest, request) => planned(manifest, request, false),
  })

  const changes: Datastore['changes'] = async (dataset, wanted, { from, distribution }, page) => {
    const after = await version(dataset, wanted, distribution)
    const all = await versionsOf(dataset, after.distribution)
    const before =
      from === undefined ? all[all.findIndex((each) => each.id === after.id) + 1] : await version(dataset, from, after.distribution)
    if (!before)
      throw new Problem('version-not-found', {
        detail: `${after.version} is the first version: there is none to compare it with.`,
        pointer: '/from',
      })
    return readChanges({ columns: columns.patient, objects }, [before, after], page)
  }

  /** A cursor stays with the version it began on. */
  const resolve = async (dataset: string, request: QueryRequest) => {
    const pinned = request.cursor ? cursorVersion(request.cursor) : undefined
    const wanted = request.version ?? pinned?.version
    const manifest = await offered(dataset, wanted, request)
    return { manifest, plan: await planned(manifest, { ...request, ...(pinned && { cursor: pinned.cursor }) }) }
  }

  const table = (manifest: Manifest) => {
    const positions = positionsOf(manifest)
    return {
      path: objects.path(`${versionPlace(manifest.dataset, manifest.distribution, manifest.id)}/data.parquet`),
      sorted: manifest.sorted,
      ...(positions && { place: { latitude: positions.latitude.alias, longitude: positions.longitude.alias } }),
    }
  }

  const total = async (manifest: Manifest, asked: Plan, signal?: AbortSignal): Promise<number> => {
    if (!asked.filter && !asked.grouped) return manifest.rows
    const compiled = compileCount(asked, table(manifest))
    const key = JSON.stringify([manifest.id, compiled])
    const known = totals.get(key)
    if (known !== undefined) return known
    const [row] = await columns.rows(compiled, { timeoutMs: config.queryTimeoutMs, ...(signal && { signal }) })
    const counted = Number(row?.total)
    totals.set(key, counted, key.length + 16)
    return counted
  }

  const rowFiles = openRowFiles({
    builder: openRowBuilder({ data: config.data, threads: 1, memoryMb: Math.min(64, config.columnsMemoryMb) }),
    objects,
    config,
    current: store.currents,
    distinct: (manifest, of) => readDistinct(columns.patient, of, table(manifest).path),
    ready: () => exporting.quiet(BACKGROUND_WAITS_MS),
    onFailure: options.onFailure ?? (() => {}),
  })
  const building = new Turns<string>()
  const buildRows = (manifest: Manifest) => building.take(manifest.id, () => rowFiles.build(manifest))
  void store.currents().then(async (manifests) => {
    for (const manifest of manifests) await buildRows(manifest)
  })

  /** The row file answers what it can; everything else, and everything while there is none, the column engine. */
  const choose = (seen: Manifest, asked: Plan): { file?: RowFile; way?: RowsWay; reason: string } => {
    const manifest = wholeOf(seen)
    const file = rowFiles.find(manifest)
    if (!file) return { reason: manifest.rows < config.rowsMinRows ? 'the table is small' : 'there is no row file' }
    const chosen = chooseWay(asked, manifest, file)
    if ('none' in chosen) {
      if (chosen.missing) rowFiles.wanted(manifest, chosen.missing.alias)
      return { reason: chosen.none }
    }
    const { way } = chosen
    const reason = way.kind === 'places' ? 'rows one after another' : `${way.kind === 'walk' ? 'in the order of' : 'found by'} ${way.index}`
    return { file, way, reason }
  }

  const fromColumns = async (manifest: Manifest, asked: Plan, signal?: AbortSignal): Promise<EnginePage> => {
    const run = { timeoutMs: config.queryTimeoutMs, ...(signal && { signal }) }
    const found = await columns.rows(compilePage(asked, table(manifest), 'json'), run)
    const rows = found.slice(0, asked.limit)
    if (asked.backwards) rows.reverse()
    const ends = rows.length ? { first: keysOf(rows[0]), last: keysOf(rows.at(-1)) } : {}
    return { records: rows.map((row) => String(row.t)).join(',\n'), rows: rows.length, ...ends, more: found.length > asked.limit }
  }

  const textPage = async (dataset: string, request: QueryRequest, signal?: AbortSignal): Promise<TextPage> => {
    const began = performance.now()
    const { manifest, plan: asked } = await resolve(dataset, request)
    const planned = performance.now()
    const { file, way, reason } = choose(manifest, asked)
    const rowsPage = file && way && answerFromRows(asked, wholeOf(manifest), file, way)
    const read = async (): Promise<[EnginePage, number]> => {
      if (rowsPage) return [rowsPage, rowsPage.total ?? (await total(manifest, asked, signal))]
      // The groups of a first page that is also the last are counted by it: a second pass over the table would take as long again.
      if (!asked.grouped || asked.after) return Promise.all([fromColumns(manifest, asked, signal), total(manifest, asked, signal)])
      const page = await fromColumns(manifest, asked, signal)
      return [page, page.more ? await total(manifest, asked, signal) : page.rows]
    }
    const isLong = (!rowsPage || rowsPage.total === undefined) && estimateMs(asked, manifest) > LONG_MS
    const [found, all] = await (isLong ? long.run(read, signal) : read())
    const ms = { plan: planned - began, [rowsPage ? 'rows' : 'columns']: performance.now() - planned }
    const { next, prev } = cursorsOf(manifest, asked, found)
    const page = { limit: asked.limit, total: all, next, prev }
    return { records: found.records, page, manifest, plan: asked, engine: { engine: rowsPage ? 'rows' : 'columns', reason, ms } }
  }

  /** Publishes, and puts the row file of the new version in the place of the one before. */
  const replacing = async (dataset: string, distribution = DEFAULT_DISTRIBUTION, work: () => Promise<Published>): Promise<Published> => {
    const before = (await store.current(dataset)).find((each) => each.distribution === distribution)
    const published = await work()
    currents.delete(dataset)
    if (!published.unchanged) {
      if (before) void rowFiles.drop(before)
      void buildRows(published.manifest)
    }
    return published
  }

  const rejectsPath = (manifest: Manifest) =>
    objects.path(`${versionPlace(manifest.dataset, manifest.distribution, manifest.id)}/rejects.parquet`)

  const drafts = openDrafts({ objects, clock: options.clock, maxBytes: config.maxUploadMb * 1e6 })
  const publishOne = (input: PublishInput) => replacing(input.dataset, input.distribution, () => publish(parts, input))
  const steps = {
    drafts,
    list: async (input: PublishInput) => (await check({ ingesting, objects, config }, input, undefined)).tables,
    publish: publishOne,
  }

  return {
    publish: (input) => (input.overrides?.sheet?.toLowerCase() === ALL_TABLES ? publishTables(steps, input) : publishOne(input)),
    derive: (derivation) => replacing(derivation.dataset, undefined, () => derive(parts, derivation)),
    writeRows: (input) => replacing(input.dataset, input.distribution, () => writeRows(parts, input)),
    dropTable: async (dataset, distribution) => {
      const manifest = wholeOf(await current(dataset, distribution))
      await store.transaction(async (transaction) => {
        await store.removeDistribution(transaction, dataset, distribution)
        await options.catalogue.forgetDistribution(transaction, dataset, distribution)
      })
      currents.delete(dataset)
      placedNow = undefined
      await rowFiles.drop(manifest)
      await objects.remove(`versions/${dataset}/${distribution}`)
      options.events.emit('dataset-changed', { dataset, publisher: (await options.catalogue.dataset(dataset)).publisher })
    },
    check: async (input) => {
      const preview: Record<string, unknown>[] = []
      const rejects: RejectedCell[] = []
      const distribution = input.distribution ?? DEFAULT_DISTRIBUTION
      const isOurs = input.dataset !== undefined && options.catalogue.sight(input.dataset).of === 'everything'
      const before = isOurs ? (await store.current(input.dataset as string)).find((each) => each.distribution === distribution) : undefined
      const ingested = await check({ ingesting, objects, config }, input, before, async (folder, draft) => {
        const shape = { columns: draft.columns, sorted: draft.sorted } as Manifest
        const asked = plan({ sort: [], limit: 20 }, shape)
        for (const row of await columns.rows(compilePage(asked, { path: join(folder, 'data.parquet'), sorted: draft.sorted }, 'json')))
          preview.push(JSON.parse(String(row.t)))
        rejects.push(...((await columns.rows(compileRejectsPage(join(folder, 'rejects.parquet'), 20, 0))) as unknown as RejectedCell[]))
        const file = { path: join(folder, 'data.parquet'), sorted: draft.sorted }
        await input.look?.(draft, columns.texts(compileStream(plan({ sort: [] }, shape), file, 'json')))
      })
      return { ...ingested, preview: preview.slice(0, 20), rejects }
    },
    current,
    changes,
    log,
    placed: async () => (await (placedNow ??= placedTables(store))).flatMap((manifest) => placedFor(manifest, options.catalogue)),
    version,
    versions: async (dataset, distribution) => versionsOf(dataset, (await current(dataset, distribution)).distribution),
    textPage,
    explain: async (dataset, request) => {
      const { manifest, plan: asked } = await resolve(dataset, request)
      const { way, reason } = choose(manifest, asked)
      const { filter, sort, limit, measures } = asked
      return {
        engine: way ? 'rows' : 'columns',
        reason,
        version: manifest.version,
        columnsMs: estimateMs(asked, manifest),
        plan: { ...(filter && { filter }), columns: asked.columns.map((column) => column.alias), sort, limit, measures },
      }
    },
    page: async (dataset, request) => {
      const { records, page, manifest } = await textPage(dataset, request)
      return { records: JSON.parse(`[${records}]`) as Record<string, unknown>[], page, version: manifest.version, manifest }
    },
    stream: async (dataset, request, format, signal) => {
      const { manifest, plan: asked } = await resolve(dataset, request)
      return {
        manifest,
        plan: asked,
        batches: exporting.stream(() => columns.texts(compileStream(asked, table(manifest), format), signal ? { signal } : {}), signal),
      }
    },
    blocks: async (dataset, request, format, { around = {}, signal } = {}) => {
      const { manifest, plan: asked } = await resolve(dataset, request)
      const statement = compileStream(asked, table(manifest), format, around)
      return { manifest, plan: asked, blocks: exporting.stream(() => columns.blocks(statement, signal ? { signal } : {}), signal) }
    },
    vectors: async (dataset, request, signal) => {
      const { manifest, plan: asked } = await resolve(dataset, request)
      const { cells, ...statement } = compileColumns(asked, table(manifest))
      return { cells, batches: exporting.stream(() => columns.vectors(statement, signal ? { signal } : {}), signal) }
    },
    plan: async (dataset, request, placed) => {
      const { manifest, plan: asked } = await resolve(dataset, request)
      if (placed) demandPositions(manifest, asked)
      return { manifest, plan: asked }
    },
    parquet: async (dataset, request, { signal, geometry = false } = {}) => {
      const { manifest, plan: asked } = await resolve(dataset, request)
      const folder = await objects.workFolder()
      const release = () => rm(folder, { recursive: true, force: true })
      try {
        const path = join(folder, 'result.parquet')
        await exporting.run(() => columns.run(compileParquet(asked, table(manifest), path, geometry), signal ? { signal } : {}), signal)
        return { manifest, path, bytes: (await stat(path)).size, release }
      } catch (error) {
        await release()
        throw error
      }
    },
    sql: (text, signal, reading) =>
      long.run(
        () =>
          answerSql(
            text,
            {
              columns,
              timeoutMs: config.queryTimeoutMs,
              path: (manifest) => table(manifest).path,
              current: (dataset, distribution) =>
                offered(dataset, undefined, { sort: [], ...(distribution !== undefined && { distribution }) }),
              ...reading,
            },
            signal,
          ),
        signal,
      ),
    rejects: async (dataset, wanted, { limit, offset }, distribution) => {
      const manifest = await version(dataset, wanted, distribution)
      const rows = await columns.rows(compileRejectsPage(rejectsPath(manifest), limit, offset, namesSeen(manifest)))
      return { rejects: rows as unknown as RejectedCell[], total: manifest.rejectedCells, manifest }
    },
    provenance: async (dataset, wanted, row, distribution) => {
      const manifest = await version(dataset, wanted, distribution)
      const source = objects.path(sourceKey(manifest))
      const asked: QueryRequest = {
        sort: [],
        limit: 1,
        version: manifest.id,
        distribution: manifest.distribution,
        filter: { column: '_row', op: 'exact', value: row, pointer: '/row' },
      }
      const limits = ingestLimits(config)
      return traceProvenance({ columns, objects, limits }, manifest, source, row, async () => {
        const { records } = await textPage(dataset, asked)
        return (JSON.parse(`[${records}]`) as Record<string, unknown>[])[0]
      })
    },
    rejectBlocks: (manifest, signal) =>
      columns.blocks(compileRejectTexts(rejectsPath(manifest), namesSeen(manifest)), signal ? { signal } : {}),
    profile: (manifest) => {
      const key = `${manifest.id} ${cutName(manifest)}`
      const known = profiles.get(key) ?? readProfile(columns, manifest, table(manifest).path)
      profiles.set(key, known)
      known.catch(() => profiles.delete(key))
      if (profiles.size > 500) profiles.delete(profiles.keys().next().value as string)
      return known
    },
    source: (manifest) => {
      if (isCut(manifest)) throw sourceRestricted(manifest)
      return { key: sourceKey(manifest), bytes: manifest.source.bytes }
    },
    drafts,
    removeData: (transaction, dataset) => store.removeDataset(transaction, dataset),
    rowsReady: async (dataset, distribution) => {
      await buildRows(wholeOf(await current(dataset, distribution)))
    },
    close: async () => {
      log.close()
      await ingesting.close()
      await rowFiles.close()
    },
  }
}

/** A question that will take longer than this, in milliseconds, is a long one. */
const LONG_MS = 250
/** Long questions at once, and files being read: together they leave connections of the column engine to short questions. */
const LONG_AT_ONCE = 2
const EXPORTS_AT_ONCE = 4
/** How long each part of a row file waits for exports to end: both take a few hundred megabytes beside a gigabyte of rows. */
const BACKGROUND_WAITS_MS = 60_000

/** Columns that a pivot may make. */
const MAX_PIVOT = 200

/** Where the file as received is kept. */
const sourceKey = (manifest: Manifest): string =>
  `${versionPlace(manifest.dataset, manifest.distribution, manifest.id)}/source${extension(manifest.source.name)}`

const extension = (name: string): string => /\.[^.]+$/.exec(name)?.[0].toLowerCase() ?? ''

async function placedTables(store: ReturnType<typeof versionStore>): Promise<Manifest[]> {
  const placed = (await store.currents()).filter((manifest) => positionsOf(manifest))
  return placed.sort((a, b) => (a.dataset < b.dataset ? -1 : a.dataset > b.dataset ? 1 : 0))
}

/** A table with positions as whoever looks sees it, if they see where its rows are. */
function placedFor(manifest: Manifest, catalogue: Catalogue): Manifest[] {
  const sight = catalogue.sight(manifest.dataset)
  if (sight.of !== 'everything' && sight.of !== 'part') return []
  const cut = cutManifest(manifest, sight)
  return positionsOf(cut) ? [cut] : []
}

/** Names of the columns of a version that was cut; undefined where all are seen. */
const namesSeen = (manifest: Manifest): string[] | undefined => (isCut(manifest) ? manifest.columns.map(({ name }) => name) : undefined)

const sourceRestricted = ({ dataset, version }: Manifest): Problem =>
  new Problem('source-restricted', {
    detail: 'The file as received holds columns that are not for you.',
    hint: `/v1/datasets/${dataset}/records.csv?version=${version} has the others.`,
  })

/** A grouped answer has positions only where it is grouped by them. */
function demandPositions(manifest: Manifest, asked: Plan): void {
  const positions = positionsOf(manifest)
  const wanted = positions && [positions.latitude.alias, positions.longitude.alias]
  if (wanted && (!asked.grouped || wanted.every((alias) => asked.columns.some((column) => column.alias === alias)))) return
  throw new Problem('positions-missing', {
    detail: positions
      ? 'Groups have no position unless they are groups of positions.'
      : `${manifest.dataset} has no columns of latitude and longitude.`,
    hint: positions ? `Group by ${wanted?.join(' and ')}.` : 'Columns named latitude and longitude, in degrees, are positions.',
  })
}

/** The sort values and the place of a row, as texts. */
function keysOf(row: Record<string, unknown> | undefined): Array<string | null> {
  return Object.keys(row ?? {})
    .filter((name) => /^k\d+$/.test(name))
    .map((name) => (row?.[name] ?? null) as string | null)
}

/** Cursors to both sides of a page. The side it was come to from has rows: at least the one that the cursor names. */
function cursorsOf(manifest: Manifest, asked: Plan, found: EnginePage): { next: string | null; prev: string | null } {
  const cursor = (keys: Array<string | null> | undefined, backwards: boolean) =>
    keys ? encodeCursor({ v: manifest.id, s: asked.signature, k: keys, ...(backwards && { b: 1 }) }) : null
  const came = asked.after !== undefined
  const [behind, ahead] = asked.backwards ? [found.more, came] : [came, found.more]
  return { next: ahead ? cursor(found.last, false) : null, prev: behind ? cursor(found.first, true) : null }
}

function cursorVersion(cursor: string): { version: string; cursor: string } | undefined {
  try {
    const { v } = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as { v?: unknown }
    return typeof v === 'string' ? { version: v, cursor } : undefined
  } catch {
    return undefined
  }
}
