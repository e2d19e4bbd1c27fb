import { join } from 'node:path'
import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import type { Catalogue } from '../../catalogue/index.ts'
import { demandSound, type EntryPlace, entryId } from './answer.ts'
import { matchDepartment } from './departments.ts'
import { lookAt } from './evidence.ts'
import { type ImportReport, OWN_ANSWER, type ProgressAnswer, type ProgressEntry, type ProgressRecord, type Slip } from './model.ts'
import { type Paper, type PaperDepartment, type PaperSection, readPaper } from './paper.ts'
import { type ProgressFilter, type ProgressStore, progressStore } from './store.ts'

export { type EntryPlace, placeOf } from './answer.ts'
export * from './model.ts'
export { type Paper, readPaper } from './paper.ts'
export type { ProgressFilter } from './store.ts'

/** What each department has done and promises, with the present state of its evidence. */
export interface Progress {
  /** Entries in the order of the paper. @throws {Problem} publisher-not-found for a department that nobody has heard of */
  entries(filter?: ProgressFilter): Promise<ProgressEntry[]>
  /**
   * Puts what a department says into one place, its evidence with it.
   *
   * @throws {Problem} publisher-not-found; parameter-invalid for nothing to open without a reason, or an unclear link
   */
  answer(place: EntryPlace, answer: ProgressAnswer): Promise<ProgressEntry>
  /** Puts entries whole, each in its place. */
  record(entries: readonly ProgressRecord[]): Promise<void>
  /** Reads a paper in. Status and evidence of entries that were there stay with them, and a department's own answers stand. @throws {Problem} paper-not-recognised */
  importPaper(text: string): Promise<ImportReport>
}

export interface ProgressOptions {
  store: Store
  catalogue: Catalogue
  base?: () => string
  /** Whether this server answers at a path; nothing is served when left out. */
  serves?: (path: string) => boolean
}

/** Opens the progress of departments in this store. */
export function openProgress({ store: database, catalogue, base = () => '', serves = () => false }: ProgressOptions): Progress {
  database.migrate('progress', join(import.meta.dirname, 'migrations'))
  const store = progressStore(database)
  const live = async (record: ProgressRecord) =>
    toEntry(record, await Promise.all(record.evidence.map((link) => lookAt(link, { catalogue, serves, base }))))
  return {
    entries: async (filter = {}) => {
      const records = await store.list(filter)
      if (records.length === 0 && filter.department !== undefined) await demandDepartment(store, catalogue, filter.department)
      return Promise.all(records.map(live))
    },
    answer: async (place, answer) => {
      demandSound(answer)
      const record = await answered(store, place, answer, (await catalogue.publisher(place.department)).title)
      await store.transaction((on) => store.put(on, record))
      return live(record)
    },
    record: (entries) =>
      store.transaction(async (on) => {
        for (const entry of entries) await store.put(on, entry)
      }),
    importPaper: async (text) => importPaper(store, readPaper(text), await catalogue.publishers()),
  }
}

/** The entry that an answer makes: number and heading are those of its section, where it has them. */
async function answered(store: ProgressStore, place: EntryPlace, answer: ProgressAnswer, departmentTitle: string): Promise<ProgressRecord> {
  const all = await store.list({})
  const own = all.filter(({ department }) => department === place.department)
  const section = own.find(({ action, year, kind }) => action === place.action && year === place.year && kind === place.kind)
  return {
    ...place,
    departmentTitle,
    position: own[0]?.position ?? Math.max(0, ...all.map(({ position }) => position)) + 1,
    number: section?.number ?? null,
    heading: section?.heading ?? (place.kind === 'progress' ? `Progress during ${place.year}` : `Planned activities in ${place.year}`),
    document: OWN_ANSWER,
    ...answer,
    evidence: answer.evidence ?? [],
  }
}

/** A department is known when it publishes or has ever said something. */
async function demandDepartment(store: ProgressStore, catalogue: Catalogue, department: string): Promise<void> {
  if ((await store.list({ department })).length === 0) await catalogue.publisher(department)
}

function toEntry(
  { position: _position, document: _document, ...record }: ProgressRecord,
  evidence: ProgressEntry['evidence'],
): ProgressEntry {
  const none =
    record.status === 'nothing-to-open' ? 'The department answers that it has nothing to open.' : 'Nothing is linked as evidence.'
  return { id: entryId(record), ...record, evidence, ...(evidence.length === 0 && { note: none }) }
}

async function importPaper(store: ProgressStore, paper: Paper, publishers: Array<{ name: string; title: string }>): Promise<ImportReport> {
  const slips: Slip[] = [...paper.slips]
  const departments = paper.departments.map((department) => {
    const match = matchDepartment(department, publishers)
    slips.push(...match.slips)
    return { department, match, records: department.sections.map((section) => sectionRecords(paper, department, section, match)) }
  })
  await store.transaction(async (on) => {
    for (const section of departments.flatMap(({ records }) => records)) {
      for (const record of section) await store.putWords(on, record)
      if (section[0]) await store.trim(on, section[0], section.length)
    }
  })
  return {
    title: paper.title,
    updated: paper.updated,
    action: paper.action,
    departments: departments.map(({ department, match, records }) => ({
      number: department.number,
      title: department.title,
      department: match.name,
      progress: records.flat().filter((record) => record.kind === 'progress').length,
      planned: records.flat().filter((record) => record.kind === 'planned').length,
    })),
    entries: departments.flatMap(({ records }) => records.flat()).length,
    slips: slips.sort((a, b) => a.line - b.line),
  }
}

const nothingToOpen = /\b(?:does|do) not (?:hold|have) (?:any )?(?:data ?sets?|data|information)\b/i

function sectionRecords(
  { action, title }: Paper,
  { number: position }: PaperDepartment,
  { kind, year, number, heading, paragraphs }: PaperSection,
  match: { name: string; title: string },
): ProgressRecord[] {
  return paragraphs.map((text, at) => ({
    department: match.name,
    departmentTitle: match.title,
    position,
    action,
    year,
    kind,
    place: at + 1,
    number,
    heading,
    text,
    ...(nothingToOpen.test(text) ? { status: 'nothing-to-open', reason: text } : { status: kind === 'progress' ? 'done' : 'planned' }),
    document: title,
    evidence: [],
  }))
}
