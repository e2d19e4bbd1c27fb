import type { Store } from '../../foundation/engines/sqlite/index.ts'
import { type Clock, Problem } from '../../foundation/kernel/index.ts'
import { type ChangeService, changeService } from './change/service.ts'
import { type CodeService, codeService } from './codes/service.ts'
import { csvDefinition, readCodesCsv } from './csv.ts'
import { type Definition, definitionEntries, readDefinition, titleOf, USUAL_NOTICE_DAYS } from './definition.ts'
import { canonicalJson, type Item } from './log/canonical.ts'
import { certificate, digestOf } from './log/certificate.ts'
import { shaName } from './log/leaf.ts'
import { redactValue } from './log/object-hash.ts'
import { type LogReader, logReader } from './log/reader.ts'
import { logStore, type Origin, type RegisterRow } from './log/store.ts'
import { type LogState, logWriter, type NewEntry } from './log/writer.ts'
import { type Followed, followSource } from './mirror.ts'
import type { NewRegister, RegisterSummary } from './model.ts'
import { RsfError } from './rsf/commands.ts'
import { shippedRegisters } from './shipped.ts'

export type { Finding } from './change/classify.ts'
export { type Migration, type Proposal, TEND_MS, type Use } from './change/service.ts'
export type { Code, Ref } from './codes/code.ts'
export type { CodeList } from './codes/list.ts'
export { type Recognised, recognise, type TextIssue, textIssue } from './codes/recognise.ts'
export { findAncestor, liesWithin } from './codes/relations.ts'
export type { Followed } from './mirror.ts'
export * from './model.ts'
export { type EntryProof, type ProofVerdict, verifyEntryProof } from './proof.ts'
export { type RsfVerdict, verifyRsf } from './rsf/verify.ts'
export { organisationNamed } from './shipped.ts'

/** Reference services: registers of codes, each an append-only log with proofs, and every face of them. */
export interface Registers {
  /** Names in alphabetical order. */
  names(): string[]
  /** @throws {Problem} register-not-found */
  summary(name: string): RegisterSummary
  summaries(): RegisterSummary[]
  definition(name: string): Definition
  /** @throws {Problem} register-exists */
  create(input: NewRegister, origin?: Origin): Promise<RegisterSummary>
  /** @throws {Problem} register-moved when the size is not the one expected */
  append(name: string, entries: readonly NewEntry[], expectedSize?: number): Promise<LogState>
  /**
   * Brings a register to these items: appends those that are new or differ, in their order, and the parts of the definition that differ.
   * Codes that are not among them stay. The answer tells how many entries that took.
   */
  sync(definition: NewRegister, items: readonly Item[], options: { timestamp: string; origin?: Origin }): Promise<number>
  /** Makes or updates the registers that come with Sixteen; `report` is told of each that changed. */
  ship(report?: (register: string, entries: number) => void): Promise<void>
  /**
   * Takes a table of codes in: makes the register, or appends the rows that are new or differ.
   *
   * @throws {Problem} register-change-refused when it cannot be read, or a row changes a code in a way that needs notice
   */
  loadCsv(name: string, source: AsyncIterable<Uint8Array>, options?: { key?: string; title?: string; owner?: string }): Promise<number>
  /**
   * Takes RSF in, making the register when it is not there.
   *
   * @throws {Problem} rsf-invalid naming the line and what is wrong with it; nothing is changed then
   */
  load(name: string, source: AsyncIterable<Uint8Array>, options?: LoadOptions): Promise<LogState>
  /**
   * Follows another server's register at `source` (`https://…/registers/{register}`), now and from now on by itself.
   *
   * @throws {Problem} register-fork, file-not-readable, register-exists when there is a register of this name that is no mirror
   */
  follow(name: string, source: string, options?: { allowPrivate?: boolean }): Promise<Followed>
  /** Follows every source again; what fails is told and stops nothing. */
  followAll(failed: (register: string, error: unknown) => void): Promise<Followed[]>
  /**
   * Takes values out of an item and leaves their hashes. No root changes: a certificate in the system log vouches for the item as it is now.
   *
   * @throws {Problem} register-code-not-found when there is no such item, register-change-refused when it has no such field
   */
  redact(name: string, redaction: Redaction): Promise<LogState>
  /** Takes a register away with all it holds. */
  remove(name: string): Promise<void>
  reader: LogReader
  /** Validate, look up, expand, translate, subsume. */
  codes: CodeService
  /** Proposals, notice, uses, subscribers. */
  changes: ChangeService
}

export interface LoadOptions {
  owner?: string
  origin?: Origin
  report?: (entries: number) => void
}

export interface Redaction {
  /** `sha-256:` and hexadecimal digits. */
  item: string
  fields: readonly string[]
  reason: string
}

export interface RegistersOptions {
  store: Store
  clock: Clock
}

/** Opens the registers kept in this store, which is theirs alone: a load of a million entries keeps nobody else waiting. */
export function openRegisters({ store: database, clock }: RegistersOptions): Registers {
  const store = logStore(database)
  const reader = logReader(store)
  const writer = logWriter(store)
  const definitions = new Map<string, { systemSize: number; definition: Definition }>()
  const counts = new Map<string, { size: number; records: number }>()

  const definitionOf = (row: RegisterRow): Definition => {
    const kept = definitions.get(row.name)
    if (kept?.systemSize === row.systemSize) return kept.definition
    const definition = readDefinition(row.name, systemItems(reader, row))
    definitions.set(row.name, { systemSize: row.systemSize, definition })
    return definition
  }
  const recordsOf = (row: RegisterRow): number => {
    const kept = counts.get(row.name)
    if (kept?.size === row.size) return kept.records
    const records = reader.countRecords(row)
    counts.set(row.name, { size: row.size, records })
    return records
  }
  const summaryOf = (row: RegisterRow): RegisterSummary => {
    const { title, description, custodian, licence, source, retired, noticeDays, fields } = definitionOf(row)
    return {
      register: row.name,
      title,
      description,
      owner: row.owner,
      custodian,
      licence,
      source,
      status: retired ? 'retired' : 'active',
      origin: row.origin,
      entries: row.size,
      records: recordsOf(row),
      root: shaName(reader.root(row)),
      updated: reader.entry(row, row.size)?.timestamp ?? null,
      noticeDays,
      fields,
    }
  }
  const insert = (name: string, owner: string | undefined, origin: Origin) =>
    store.insertRegister({ name, owner: owner ?? null, origin, created: timestampOf(clock.now()), settings: '{}' })
  const codes = codeService({ reader, definitionOf, clock })
  const forget = (name: string) => {
    definitions.delete(name)
    counts.delete(name)
  }

  const sync: Registers['sync'] = async (definition, items, { timestamp, origin = 'made' }) => {
    const name = definition.register
    if (!store.register(name)) insert(name, definition.owner, origin)
    const row = reader.row(name)
    const defined = systemItems(reader, row)
    const known = new Map<string, string | null>()
    const ever = new Set<string>()
    for (let from = 1; from <= row.size; from += 5000)
      for (const { key, json } of reader.records(row, from, from + 4999)) {
        known.set(key, json)
        ever.add(`${key} ${json}`)
      }
    const last = new Map(items.map((item, at) => [String(item[name]), at]))
    const system = definitionEntries(definition, timestamp).filter(
      ({ key, items: [json] }) => json !== (defined.has(key) ? canonicalJson(defined.get(key)) : undefined),
    )
    const user = items.flatMap((item, at): NewEntry[] => {
      const key = String(item[name])
      const json = canonicalJson(item)
      const earlier = last.get(key) !== at && ever.has(`${key} ${json}`) // a state that the log has behind it
      if (known.get(key) === json || earlier) return []
      known.set(key, json)
      return [{ log: 'user', key, timestamp, items: [json] }]
    })
    if (system.length + user.length > 0) await writer.append(name, [...system, ...user], row.size)
    return user.length
  }

  const changes = changeService({
    database,
    clock,
    codes,
    reader,
    append: writer.append,
    timestamp: () => timestampOf(clock.now()),
  })

  const follow: Registers['follow'] = async (name, source, { allowPrivate = false } = {}) => {
    const there = store.register(name)
    if (there && there.origin !== 'mirror') throw new Problem('register-exists', { detail: `${name} is kept here and mirrors nothing.` })
    const followed = await followSource(
      {
        reader,
        load: async (own, body) => {
          if (!store.register(own)) insert(own, undefined, 'mirror')
          return writer.load(own, body).catch((error) => {
            const row = reader.row(own)
            if (row.lines === 0) store.transaction(() => store.drop(row.id, true))
            throw error instanceof RsfError ? rsfProblem(error) : error
          })
        },
      },
      name,
      source.replace(/\/+$/, ''),
      { allowPrivate },
    )
    store.setOwnership(reader.row(name).id, null, JSON.stringify({ source: followed.source, ...(allowPrivate && { allowPrivate }) }))
    return followed
  }

  return {
    reader,
    codes,
    changes,
    sync,
    ship: async (report = () => {}) => {
      for (const { definition, timestamp, fingerprint, items } of shippedRegisters()) {
        const row = store.register(definition.register)
        if (row && (row.origin !== 'shipped' || (JSON.parse(row.settings) as { shipped?: string }).shipped === fingerprint)) continue
        const entries = await sync(definition, items(), { timestamp, origin: 'shipped' })
        store.setOwnership(reader.row(definition.register).id, null, JSON.stringify({ shipped: fingerprint }))
        report(definition.register, entries)
      }
    },
    loadCsv: async (name, source, { key, title, owner } = {}) => {
      const there = store.register(name)
      const known = there ? definitionOf(there) : undefined
      const table = await readCodesCsv(source, { register: name, ...(key !== undefined && { key }), ...(known && { known: known.fields }) })
      if (known) changes.demandCompatible(name, table.items)
      const about = { register: name, title: title ?? known?.title ?? titleOf(name), ...(known ? toldOf(known) : owner && { owner }) }
      return sync(csvDefinition(table, about, known?.fields), table.items, { timestamp: timestampOf(clock.now()), origin: 'imported' })
    },
    names: () => store.registers().map(({ name }) => name),
    summary: (name) => summaryOf(reader.row(name)),
    summaries: () => store.registers().map(summaryOf),
    definition: (name) => definitionOf(reader.row(name)),
    create: async (input, origin = 'made') => {
      if (store.register(input.register)) throw new Problem('register-exists', { detail: `There is a register ${input.register} already.` })
      insert(input.register, input.owner, origin)
      await writer.append(input.register, definitionEntries(input, timestampOf(clock.now())))
      return summaryOf(reader.row(input.register))
    },
    append: (name, entries, expectedSize) => writer.append(name, entries, expectedSize),
    load: async (name, source, { owner, origin = 'imported', report } = {}) => {
      const there = store.register(name) !== undefined
      if (!there) insert(name, owner, origin)
      try {
        return await writer.load(name, source, report)
      } catch (error) {
        if (!there) store.transaction(() => store.drop(reader.row(name).id, true))
        throw error instanceof RsfError ? rsfProblem(error) : error
      }
    },
    follow,
    followAll: async (failed) => {
      const followed: Followed[] = []
      for (const { name, origin, settings } of store.registers()) {
        const { source, allowPrivate = false } = JSON.parse(settings) as { source?: string; allowPrivate?: boolean }
        if (origin !== 'mirror' || !source) continue
        const one = await follow(name, source, { allowPrivate }).catch((error) => {
          failed(name, error)
          return undefined
        })
        if (one) followed.push(one)
      }
      return followed
    },
    redact: (name, { item, fields, reason }) =>
      writer.redact(name, digestOf(item), timestampOf(clock.now()), (json) => redactItem(json, item, fields, reason)),
    remove: (name) =>
      writer.alone(name, ({ id }) => {
        store.transaction(() => store.drop(id, true))
        forget(name)
      }),
  }
}

/** The item without the values of these fields, and the certificate for it. */
function redactItem(json: string | undefined, hash: string, fields: readonly string[], reason: string) {
  if (json === undefined) throw new Problem('register-code-not-found', { detail: `The register has no item ${hash}.`, pointer: '/item' })
  const item = JSON.parse(json) as Item
  for (const field of fields) {
    const value = item[field]
    if (value === undefined) throw new Problem('register-change-refused', { detail: `The item has no field ${field}.`, pointer: '/fields' })
    item[field] = redactValue(value)
  }
  return { json: canonicalJson(item), certificate: certificate(digestOf(hash), item, fields, reason) }
}

function rsfProblem({ issue: { code, line, message } }: RsfError): Problem {
  return new Problem('rsf-invalid', {
    detail: message,
    issue: code,
    line,
    hint: 'Nothing was changed. sixteen registers verify FILE.rsf tells all that is wrong.',
  })
}

/** What a definition says beside fields and title, to be said again unchanged. */
function toldOf({ custodian, licence, source, description, registry, noticeDays }: Definition): Partial<NewRegister> {
  return {
    ...(custodian && { custodian }),
    ...(licence && { licence }),
    ...(source && { source }),
    ...(description && { description }),
    ...(registry && registry !== 'operator' && { owner: registry }),
    ...(noticeDays !== USUAL_NOTICE_DAYS && { noticeDays }),
  }
}

/** The newest item under each key of the system log. */
function systemItems(reader: LogReader, row: RegisterRow): Map<string, Item> {
  const items = new Map<string, Item>()
  for (const { key, items: hashes } of reader.systemEntries(row)) {
    const json = hashes[0] && reader.item(row, hashes[0])
    if (json) items.set(key, JSON.parse(json) as Item)
  }
  return items
}

/** A moment as registers write it: UTC, to the second. */
export function timestampOf(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z')
}
