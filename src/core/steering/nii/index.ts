import { join } from 'node:path'
import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import { type Clock, newId, Problem, slugify } from '../../../foundation/kernel/index.ts'
import { type Catalogue, type Dataset, nextDue } from '../../catalogue/index.ts'
import type { Registers } from '../../registers/index.ts'
import { datasetNameOf, type ListedData, readList } from './list.ts'
import { measuresOf, type ProbeSummary, starsOf, statusOf } from './measure.ts'
import {
  type Fault,
  isOnList,
  type ListReport,
  type NewComment,
  type NiiComment,
  type NiiDescription,
  type NiiEntry,
  type NiiEvent,
  type NiiRecord,
  type Nomination,
  type Step,
} from './model.ts'
import { itemOf, niiRegister, totalOf } from './register.ts'
import { type NiiStore, niiStore } from './store.ts'
import { afterStep, stepsFrom } from './workflow.ts'

export { esdaCsv, gapsOf, hvdTurtle, listCsv } from './exports.ts'
export { readList } from './list.ts'
export * from './model.ts'
export { NII_REGISTER } from './register.ts'
export { stepsFrom, stepTakers } from './workflow.ts'

/** What is asked of a list. */
export interface NiiFilter {
  theme?: string
  publisher?: string
  stage?: string
  status?: string
}

/** One entry with everything that happened to it. */
export interface NiiDetail {
  entry: NiiEntry
  history: NiiEvent[]
  comments: NiiComment[]
  /** Steps that are open from where it is. */
  open: string[]
}

/** A step of an entry, as whoever follows the list reads it. */
export interface NiiHappening {
  seq: number
  entry: string
  title: string
  at: string
  step: string
  stage: NiiEntry['stage']
}

/** Figures over the whole list. */
export interface NiiSummary {
  entries: number
  listed: number
  committed: number
  withDataset: number
  /** Entries whose dataset has a data API here. */
  withApi: number
  status: Record<NiiEntry['status'], number>
}

/** The National Information Infrastructure: what is on it, how it came there, what is promised of it and whether that is kept. */
export interface Nii {
  entries(filter?: NiiFilter): Promise<NiiEntry[]>
  summary(entries: readonly NiiEntry[]): NiiSummary
  /** @throws {Problem} nii-entry-not-found */
  entry(id: string): Promise<NiiDetail>
  /** Who answers for an entry; undefined when no publisher of the catalogue does. @throws {Problem} nii-entry-not-found */
  publisherOf(id: string): Promise<string | undefined>
  /** Anybody may nominate. @throws {Problem} nii-step-refused when the entry is there already; publisher-not-found; dataset-not-found */
  nominate(nomination: Nomination): Promise<NiiEntry>
  /** Says what an entry is; its stage stays. @throws {Problem} as nominate */
  describe(id: string, description: NiiDescription, actor: string): Promise<NiiEntry>
  /** @throws {Problem} nii-step-refused */
  step(id: string, step: Step, actor: string): Promise<NiiEntry>
  comment(id: string, comment: NewComment): Promise<NiiComment>
  /** @throws {Problem} nii-entry-not-found when there is no such comment */
  removeComment(id: string, comment: string): Promise<void>
  /** Takes a list of the form of 2013 in. What is here already keeps its stage. @throws {Problem} parameter-invalid */
  importList(bytes: Uint8Array, source: string): Promise<ListReport>
  /** Asks every entry's data as a reader would, and keeps whether and how fast it answered. Answers how many were asked. */
  probe(): Promise<number>
  /** Steps of all entries after a point, the oldest first. */
  eventsAfter(seq: number, limit: number): Promise<NiiHappening[]>
  /** Datasets that stand on the list, by name, with how far they have come. */
  datasets(): Promise<Map<string, 'listed' | 'committed'>>
  /** The point of the newest step. */
  newestEvent(): Promise<number>
  /** @throws {Problem} notice-needed unless a notice of a breaking change to this dataset has ended, or none is committed */
  demandNotice(dataset: string): Promise<void>
}

export interface NiiOptions {
  store: Store
  catalogue: Catalogue
  registers: Registers
  clock: Clock
  base: () => string
  /** Five-star openness of datasets, by name. */
  stars: (datasets: readonly Dataset[]) => Promise<Map<string, number>>
  /** Asks a path of this server; the answer is the status. */
  ask: (path: string) => Promise<number>
}

const TRIAGE_DAYS = 30
const PROBE_DAYS = 30
const MOST_COMMENTS = 500

/** Opens the list in this store. */
export function openNii({ store: database, catalogue, registers, clock, base, stars, ask }: NiiOptions): Nii {
  database.migrate('nii', join(import.meta.dirname, 'migrations'))
  const store = niiStore(database)
  const now = () => clock.now()
  const daysAgo = (days: number) => new Date(now().getTime() - days * 86_400_000).toISOString()

  /** Summaries of a month of probes, which change with each probe only: kept until then, or for an hour. */
  let kept: { at: number; summaries: Map<string, ProbeSummary> } | undefined
  const probesNow = async (): Promise<Map<string, ProbeSummary>> => {
    const at = now().getTime()
    if (!kept || Math.abs(at - kept.at) > 3_600_000) kept = { at, summaries: await store.probesSince(daysAgo(PROBE_DAYS)) }
    return kept.summaries
  }

  const demand = async (id: string): Promise<NiiRecord> => {
    const found = await store.one(id)
    if (!found) throw new Problem('nii-entry-not-found', { detail: `The list has no entry ${id}.`, hint: 'GET /v1/nii lists them.' })
    return found
  }
  const live = async (record: NiiRecord, probes: Map<string, ProbeSummary>): Promise<NiiEntry> => {
    const dataset = await datasetOf(catalogue, record)
    return toEntry(openly(catalogue, record), dataset, {
      summary: probes.get(record.id) ?? { runs: 0, ok: 0, p95Ms: 0 },
      referencedBy: await usersOf(registers, record),
      stars: dataset ? ((await stars([dataset])).get(dataset.name) ?? 0) : 0,
      base: base(),
      now: now(),
    })
  }
  const alive = async (record: NiiRecord) => live(record, await probesNow())
  const enter = (records: readonly NiiRecord[]) => registers.sync(niiRegister, records.map(itemOf), { timestamp: registerTime(now()) })
  const save = async (record: NiiRecord, event: { actor: string; step: string; reason?: string; detail?: unknown }) => {
    await store.transaction(async (on) => {
      await store.put(on, record)
      await store.note(on, { entry: record.id, at: now().toISOString(), stage: record.stage, ...event })
    })
    await enter([record])
    return alive(record)
  }

  return {
    entries: async (filter = {}) => {
      const probes = await probesNow()
      const all = await Promise.all((await store.all()).filter((record) => fits(record, filter)).map((record) => live(record, probes)))
      return filter.status === undefined ? all : all.filter(({ status }) => status === filter.status)
    },
    summary: (entries) => summaryOf(entries),
    entry: async (id) => {
      const record = await demand(id)
      return {
        entry: await alive(record),
        history: await store.history(id),
        comments: await store.comments(id),
        open: stepsFrom(record.stage),
      }
    },
    publisherOf: async (id) => {
      const record = await demand(id)
      return record.publisher ?? (await datasetOf(catalogue, record))?.publisher
    },
    nominate: async ({ use, who, ...described }) => {
      const id = slugify(described.title, 80)
      if (!id) throw new Problem('parameter-invalid', { detail: 'The title has no letter or digit.', pointer: '/title' })
      if (await store.one(id))
        throw new Problem('nii-step-refused', {
          detail: `${described.title} is on the list already.`,
          pointer: '/title',
          hint: `POST /v1/nii/${id}/comments tells what you use it for.`,
        })
      await demandKnown(catalogue, described)
      const record: NiiRecord = {
        id,
        ...described,
        aliases: [],
        links: described.links ?? [],
        stage: 'nominated',
        source: 'nomination',
        nominated: now().toISOString(),
        uses: [use],
      }
      return save(record, { actor: 'public', step: 'nominate', reason: use, ...(who && { detail: { who } }) })
    },
    describe: async (id, description, actor) => {
      const before = await demand(id)
      await demandKnown(catalogue, description)
      return save(
        { ...before, ...description, id, stage: before.stage },
        { actor, step: 'describe', detail: { members: Object.keys(description) } },
      )
    },
    step: async (id, step, actor) => {
      const before = await demand(id)
      for (const [name, other] of [
        ['into', step.into],
        ['successor', step.successor],
      ] as const)
        if (other !== undefined && !(await store.one(other)))
          throw new Problem('nii-entry-not-found', { detail: `The list has no entry ${other}.`, pointer: `/${name}` })
      const after = afterStep(before, step, now())
      const { reason, step: name, ...detail } = step
      const answer = await save(after, { actor, step: name, reason, ...(Object.keys(detail).length && { detail }) })
      if (name === 'merge' && step.into) await mergeInto(step.into, before)
      return answer
    },
    comment: async (id, comment) => {
      await demand(id)
      if ((await store.comments(id)).length >= MOST_COMMENTS)
        throw new Problem('nii-step-refused', { detail: `This entry has ${MOST_COMMENTS} comments already.` })
      const made = { id: newId(now().getTime()), at: now().toISOString(), ...comment }
      await store.addComment(id, made)
      return made
    },
    removeComment: async (id, comment) => {
      if (!(await store.removeComment(id, comment)))
        throw new Problem('nii-entry-not-found', { detail: `The entry ${id} has no comment ${comment}.` })
    },
    importList: (bytes, source) => importList({ store, catalogue, now, enter }, bytes, source),
    probe: async () => {
      await store.forgetProbes(daysAgo(PROBE_DAYS * 3))
      const records = (await store.all()).filter(isOnList)
      let asked = 0
      for (const record of records) {
        const dataset = await datasetOf(catalogue, record)
        if (!dataset?.distributions.length) continue
        const began = performance.now()
        const status = await ask(`/v1/datasets/${dataset.name}/records?limit=1`)
        await store.addProbe({
          entry: record.id,
          at: now().toISOString(),
          ok: status === 200 ? 1 : 0,
          ms: performance.now() - began,
          status,
        })
        asked += 1
      }
      kept = undefined
      return asked
    },
    eventsAfter: (seq, limit) => store.eventsAfter(seq, limit),
    newestEvent: () => store.newestEvent(),
    datasets: async () => {
      const found = new Map<string, 'listed' | 'committed'>()
      for (const record of (await store.all()).filter(isOnList)) {
        const name = record.dataset && (await catalogue.nameOf(record.dataset))
        if (name) found.set(name, record.stage === 'committed' ? 'committed' : 'listed')
      }
      return found
    },
    demandNotice: async (dataset) => {
      const today = now().toISOString().slice(0, 10)
      for (const record of await store.all()) {
        if (record.dataset !== dataset || record.stage !== 'committed' || !record.service?.changeNoticeDays) continue
        const notices = (await store.history(record.id)).filter(({ step }) => step === 'notice')
        const effective = (notices.at(-1)?.detail as { effective?: string } | undefined)?.effective
        if (effective === undefined || effective > today)
          throw new Problem('notice-needed', {
            detail: `${record.title} is on the National Information Infrastructure: a breaking change needs ${record.service.changeNoticeDays} days of notice${effective ? `, which end on ${effective}` : ''}.`,
            hint: `POST /v1/nii/${record.id}/steps with step "notice" and the day from which the change holds.`,
          })
      }
    },
  }

  async function mergeInto(id: string, gone: NiiRecord): Promise<void> {
    const into = await demand(id)
    const aliases = [...new Set([...into.aliases, gone.title, ...gone.aliases])].filter((alias) => alias !== into.title)
    await save(
      { ...into, aliases, links: [...new Set([...into.links, ...gone.links])], uses: [...new Set([...into.uses, ...gone.uses])] },
      { actor: 'operator', step: 'take-in', detail: { from: gone.id } },
    )
  }
}

const fits = (record: NiiRecord, { theme, publisher, stage }: NiiFilter): boolean =>
  (theme === undefined || record.theme === theme) &&
  (publisher === undefined || record.publisher === publisher) &&
  (stage === undefined || record.stage === stage)

/** Registers know time to the second. */
const registerTime = (at: Date): string => at.toISOString().replace(/\.\d+Z$/, 'Z')

/** The dataset that an entry is tied to; undefined when there is none, or none any more. */
export async function datasetOf(catalogue: Catalogue, { dataset }: Pick<NiiRecord, 'dataset'>): Promise<Dataset | undefined> {
  const name = dataset && (await catalogue.nameOf(dataset))
  return name ? catalogue.dataset(name) : undefined
}

/** The record without the name of a dataset that not all may see any more. */
function openly(catalogue: Catalogue, record: NiiRecord): NiiRecord {
  const { dataset, ...rest } = record
  return dataset === undefined || catalogue.sight(dataset).of !== 'nothing' ? record : rest
}

/** Datasets whose columns hold codes that an entry defines. */
async function usersOf(registers: Registers, { defines = [] }: NiiRecord): Promise<string[]> {
  const known = registers.names()
  const uses = await Promise.all(defines.filter((name) => known.includes(name)).map((name) => registers.changes.uses(name)))
  return [...new Set(uses.flat().map(({ dataset }) => dataset))].sort()
}

async function demandKnown(catalogue: Catalogue, { publisher, dataset }: Pick<NiiDescription, 'publisher' | 'dataset'>): Promise<void> {
  if (publisher !== undefined) await catalogue.publisher(publisher)
  if (dataset !== undefined) await catalogue.dataset(dataset)
}

interface Facts {
  summary: ProbeSummary
  referencedBy: string[]
  /** Five-star openness of the dataset. */
  stars: number
  base: string
  now: Date
}

function toEntry(record: NiiRecord, dataset: Dataset | undefined, { summary, referencedBy, stars, base, now }: Facts): NiiEntry {
  const measures = measuresOf(record, dataset, summary, now)
  const total = totalOf(record)
  const last = dataset?.distributions
    .map(({ modified }) => modified)
    .sort()
    .at(-1)
  const due = last && nextDue(record.frequency ?? dataset?.accrualPeriodicity, last)
  return {
    ...record,
    ...(total !== undefined && { total }),
    status: statusOf(measures),
    stars: starsOf(record, stars, referencedBy),
    ...(dataset && { page: `${base}/datasets/${dataset.name}` }),
    ...(last && { api: `${base}/v1/datasets/${dataset?.name}/records`, lastDone: last }),
    ...(due && { nextDue: due.toISOString() }),
    ...(record.stage === 'nominated' && { triageDue: new Date(Date.parse(record.nominated) + TRIAGE_DAYS * 86_400_000).toISOString() }),
    referencedBy,
    measures,
  }
}

function summaryOf(entries: readonly NiiEntry[]): NiiSummary {
  const on = entries.filter(isOnList)
  const status = { green: 0, amber: 0, red: 0, grey: 0 }
  for (const entry of on) status[entry.status] += 1
  return {
    entries: entries.length,
    listed: on.length,
    committed: on.filter(({ stage }) => stage === 'committed').length,
    withDataset: on.filter(({ page }) => page).length,
    withApi: on.filter(({ api }) => api).length,
    status,
  }
}

interface ImportParts {
  store: NiiStore
  catalogue: Catalogue
  now: () => Date
  enter: (records: readonly NiiRecord[]) => Promise<number>
}

async function importList({ store, catalogue, now, enter }: ImportParts, bytes: Uint8Array, source: string): Promise<ListReport> {
  const { entries, rows, faults } = readList(bytes)
  const publishers = new Map((await catalogue.publishers()).map(({ name, title }) => [slugify(title), name]))
  const before = new Map((await store.all()).map((record) => [record.id, record]))
  const records: NiiRecord[] = []
  for (const listed of entries) {
    const known = before.get(listed.id)
    const found = await matchOf(catalogue, publishers, listed, faults)
    records.push({
      ...toRecord(listed, found, source, now()),
      ...known,
      aliases: [...new Set([...(known?.aliases ?? []), ...listed.aliases])],
      links: [...new Set([...(known?.links ?? []), ...listed.links])],
      ...(!known?.dataset && found.dataset && { dataset: found.dataset }),
    })
  }
  await store.transaction(async (on) => {
    for (const record of records) {
      await store.put(on, record)
      if (!before.has(record.id))
        await store.note(on, {
          entry: record.id,
          at: now().toISOString(),
          actor: 'operator',
          step: 'import',
          stage: record.stage,
          reason: source,
        })
    }
  })
  await enter(records)
  return {
    source,
    rows,
    entries: records.length,
    added: records.filter(({ id }) => !before.has(id)).length,
    merged: rows - records.length,
    linked: records.filter(({ dataset }) => dataset).length,
    faults: faults.sort((a, b) => a.line - b.line),
  }
}

const toRecord = (listed: ListedData, found: { publisher?: string; dataset?: string }, source: string, now: Date): NiiRecord => ({
  id: listed.id,
  title: listed.title,
  stage: 'listed',
  source,
  nominated: now.toISOString(),
  aliases: listed.aliases,
  links: listed.links,
  uses: [],
  publisherTitle: listed.publisherTitle,
  ...(listed.theme && { theme: listed.theme }),
  ...(listed.facet && { facet: listed.facet }),
  ...found,
})

/** The publisher and the dataset of the catalogue that a list means: by name, then by the title as a name. */
async function matchOf(
  catalogue: Catalogue,
  publishers: Map<string, string>,
  listed: ListedData,
  faults: Fault[],
): Promise<{ publisher?: string; dataset?: string }> {
  const line = listed.lines[0] ?? 1
  const slug = slugify(listed.publisherTitle)
  const publisher = publishers.get(slug) ?? publishers.get(slug.replace(/^the-/, '')) ?? publishers.get(`the-${slug}`)
  if (!publisher) faults.push({ code: 'publisher-unknown', line, found: listed.publisherTitle })
  const names = [...listed.links.flatMap((link) => datasetNameOf(link) ?? []), listed.id]
  const known: Array<string | undefined> = []
  for (const name of names) known.push(await catalogue.nameOf(name))
  const dataset = known.find((name) => name !== undefined)
  if (!dataset) faults.push({ code: 'dataset-unknown', line, found: listed.title })
  return { ...(publisher && { publisher }), ...(dataset && { dataset }) }
}
