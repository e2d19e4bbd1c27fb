import { join } from 'node:path'
import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import { CsvParser } from '../../../foundation/formats/csv.ts'
import { type Clock, Problem, type SixteenBus } from '../../../foundation/kernel/index.ts'
import type { Catalogue } from '../../catalogue/index.ts'
import type { Registers } from '../../registers/index.ts'
import { checkTable } from './check.ts'
import type { CheckReport, Claim, Standard, StandardInput } from './model.ts'
import { standardStore } from './store.ts'

export * from './model.ts'

/** Data standards: what columns a kind of data has, a check that anybody can use, and who keeps to them, as measured. */
export interface Standards {
  standards(): Promise<Standard[]>
  /** @throws {Problem} standard-not-found */
  standard(id: string): Promise<Standard>
  /** Makes a standard, or changes it; a version that was agreed keeps its fields. @throws {Problem} publisher-not-found, parameter-invalid */
  put(id: string, input: StandardInput): Promise<Standard>
  /** What of a CSV text does not keep to the standard. @throws {Problem} standard-not-found, version-not-found, file-empty */
  check(id: string, text: string, version?: string): Promise<CheckReport>
  /** Who says to keep to it, and what was found. @throws {Problem} standard-not-found */
  claims(id: string): Promise<Claim[]>
  /** Says that a dataset keeps to it, and measures. @throws {Problem} standard-not-found, dataset-not-found */
  claim(id: string, dataset: string): Promise<Claim>
  /** Takes the word back. */
  unclaim(id: string, dataset: string): Promise<void>
  /** Measures all claims of a dataset again. */
  measure(dataset: string): Promise<void>
}

export interface StandardsOptions {
  store: Store
  catalogue: Catalogue
  registers: Registers
  clock: Clock
  events: SixteenBus
  /** The rows of a dataset as texts, under the names of its columns; undefined while it has none. */
  rowsOf: (dataset: string) => Promise<{ header: string[]; rows: AsyncIterable<string[]> } | undefined>
}

/** Opens the standards in this store. */
export function openStandards({ store: database, catalogue, registers, clock, events, rowsOf }: StandardsOptions): Standards {
  database.migrate('standards', join(import.meta.dirname, 'migrations'))
  const store = standardStore(database)
  const now = () => clock.now().toISOString()
  /** Looks each register up once a table. */
  const codeBook = () => {
    const known = new Set(registers.names())
    const lists = new Map<string, ReadonlyMap<string, unknown> | undefined>()
    return (register: string, code: string): boolean | undefined => {
      if (!lists.has(register)) lists.set(register, known.has(register) ? registers.codes.list(register).codes : undefined)
      return lists.get(register)?.has(code)
    }
  }

  const demand = async (id: string): Promise<StandardInput> => {
    const found = await store.one(id)
    if (!found) throw new Problem('standard-not-found', { detail: `There is no standard ${id}.`, hint: 'GET /v1/standards lists them.' })
    return found
  }
  /** Claims of datasets that all may see. */
  const openClaims = async (id: string): Promise<Claim[]> =>
    (await store.claims(id)).filter(({ dataset }) => catalogue.sight(dataset).of !== 'nothing')
  const shown = async (id: string, input: StandardInput): Promise<Standard> => {
    const claims = await openClaims(id)
    return { id, ...input, claims: claims.length, conforming: claims.filter(({ conforms }) => conforms).length }
  }
  const measureOne = async (id: string, dataset: string): Promise<void> => {
    const [version] = (await demand(id)).versions
    const table = version && (await rowsOf(dataset))
    if (!table) return
    const report = await checkTable({ standard: id, version, ...table, hasCode: codeBook() })
    await store.setResult(id, dataset, {
      measured: now(),
      conforms: report.conforms,
      version: report.version,
      rows: report.rows,
      faults: report.faults,
    })
  }
  const measure = async (dataset: string): Promise<void> => {
    for (const id of await store.claimedBy(dataset)) await measureOne(id, dataset)
  }
  for (const fact of ['version-published', 'visibility-changed'] as const) events.on(fact, ({ dataset }) => measure(dataset))
  events.on('dataset-deleted', ({ dataset }) => store.removeClaim(dataset))

  return {
    standards: async () => Promise.all((await store.all()).map(({ id, input }) => shown(id, input))),
    standard: async (id) => shown(id, await demand(id)),
    put: async (id, input) => {
      if (input.owner !== undefined) await catalogue.publisher(input.owner)
      demandKept(await store.one(id), input)
      await store.put(id, input)
      return shown(id, input)
    },
    check: async (id, text, wanted) => {
      const { versions } = await demand(id)
      const version = wanted === undefined ? versions[0] : versions.find((each) => each.version === wanted)
      if (!version) throw new Problem('version-not-found', { detail: `${id} has no version ${wanted}.`, pointer: '/version' })
      const [header, ...rows] = cellsOf(text)
      if (!header) throw new Problem('file-empty', { detail: 'There is nothing to check.' })
      return checkTable({ standard: id, version, header: header.map((cell) => cell.trim()), rows, hasCode: codeBook() })
    },
    claims: async (id) => {
      await demand(id)
      return openClaims(id)
    },
    claim: async (id, dataset) => {
      await demand(id)
      await catalogue.dataset(dataset)
      await store.putClaim(id, dataset, now())
      await measureOne(id, dataset)
      return (await store.claims(id)).find((claim) => claim.dataset === dataset) as Claim
    },
    unclaim: async (id, dataset) => {
      await demand(id)
      await store.removeClaim(dataset, id)
    },
    measure,
  }
}

/** A version that data keeps to stays what it is: what is different is another version. */
function demandKept(before: StandardInput | undefined, after: StandardInput): void {
  if (before === undefined || before.status === 'draft') return
  for (const kept of before.versions) {
    const now = after.versions.find(({ version }) => version === kept.version)
    if (JSON.stringify(now?.fields) !== JSON.stringify(kept.fields))
      throw new Problem('parameter-invalid', {
        detail: `Version ${kept.version} was agreed and keeps its fields.`,
        pointer: '/versions',
        hint: 'Put the change into a new version.',
      })
  }
}

function cellsOf(text: string): string[][] {
  const plain = text
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
    .replaceAll('\r', '\n')
  const parser = new CsvParser({ delimiter: ',', quote: '"', newline: '\n' })
  return [...parser.push(plain), ...parser.end()].map(({ cells }) => cells).filter((cells) => cells.some((cell) => cell.trim() !== ''))
}
