import type { ProfileServices } from '../../core/profile-kit.ts'
import { Problem } from '../../foundation/kernel/index.ts'
import { combineFiles } from './combine.ts'
import { type Recognised, recogniseFiles } from './files.ts'
import { type Finding, findingsOf } from './findings.ts'
import { layouts } from './model.ts'

/** The spend profile at work: knows the files that are spending, and keeps the combined tables up to date. */
export interface Spend {
  files(): Promise<Recognised[]>
  /** @throws {Problem} version-not-found when this is no version of a file that was recognised as spending. */
  findings(dataset: string, version?: string): Promise<{ file: Recognised; findings: Finding[] }>
  /** Combines what another process published and did not combine. */
  catchUp(): Promise<void>
  settled(): Promise<void>
  close(): Promise<void>
}

/** Files published one soon after another are combined at once. */
const QUIET_MS = 300

export function openSpend(services: ProfileServices): Spend {
  const { events, catalogue } = services
  const byDataset = new Map<string, Recognised[]>()
  const changed = new Set<string>()
  const findings = new Map<string, Promise<Finding[]>>()
  let read = false
  let timer: NodeJS.Timeout | undefined
  let closed = false
  let work: Promise<void> = Promise.resolve()
  const combined = new Set<string>(layouts.map(({ name }) => name))

  const readOne = async (name: string) => {
    const dataset = await catalogue.dataset(name).catch(() => undefined)
    const files = dataset && !combined.has(name) ? await recogniseFiles(services, dataset) : []
    if (files.length) byDataset.set(name, files)
    else byDataset.delete(name)
  }

  const readAll = async () => {
    for (let cursor: string | undefined, more = true; more; ) {
      const page = await catalogue.datasets({ limit: 100, ...(cursor && { cursor }) })
      for (const { name, distributions } of page.items) if (distributions.length) await readOne(name)
      cursor = page.next
      more = cursor !== undefined
    }
    read = true
  }

  /** Reads what changed since the last time, one run after another; the first reads everything. */
  const refresh = (anyway = false): Promise<void> => {
    work = work
      .then(async () => {
        if (!read) await readAll()
        const names = [...changed]
        changed.clear()
        for (const name of names) await readOne(name)
        if (names.length || anyway) await combineFiles(services, [...byDataset.values()].flat())
      })
      .catch((error: unknown) => services.failed('spend', error))
    return work
  }

  const schedule = (dataset: string) => {
    if (combined.has(dataset) || closed) return
    changed.add(dataset)
    clearTimeout(timer)
    timer = setTimeout(() => void refresh(), QUIET_MS).unref()
  }
  const off = [
    events.on('version-published', ({ dataset }) => schedule(dataset)),
    events.on('dataset-deleted', ({ dataset }) => schedule(dataset)),
    events.on('visibility-changed', ({ dataset }) => schedule(dataset)),
  ]

  const settled = async () => {
    clearTimeout(timer)
    if (changed.size) await refresh()
    else await work
  }

  const files = async () => {
    if (!read || changed.size) await refresh()
    return [...byDataset.values()].flat()
  }

  return {
    files,
    findings: async (dataset, version) => {
      const file = (await files()).find((each) => each.dataset === dataset && (!version || each.version === version))
      if (!file)
        throw new Problem('version-not-found', { detail: `${dataset} has no file that was recognised as spending.`, pointer: '/dataset' })
      const known = findings.get(file.manifest.id) ?? findingsOf(services, file)
      findings.set(file.manifest.id, known)
      known.catch(() => findings.delete(file.manifest.id))
      return { file, findings: await known }
    },
    catchUp: () => refresh(true),
    settled,
    close: async () => {
      closed = true
      for (const stop of off) stop()
      await settled()
    },
  }
}
