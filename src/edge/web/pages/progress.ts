import type { FastifyInstance } from 'fastify'
import { type ProgressEntry, type ProgressKind, progressKinds } from '../../../core/steering/index.ts'
import { byDepartment } from '../view/promises.ts'
import { type Page, type Parts, servePage } from './page.ts'

/** What each department has done and promises, with the state of the evidence at this moment. */
export function progressPages(app: FastifyInstance, parts: Parts): void {
  const { progress } = parts
  if (progress) servePage(app, parts, '/progress', (_request, parameters) => progressPage(progress, parameters))
}

async function progressPage(progress: NonNullable<Parts['progress']>, parameters: URLSearchParams): Promise<Page> {
  const department = parameters.get('department') ?? ''
  const year = /^\d{4}$/.exec(parameters.get('year') ?? '')?.[0] ?? ''
  const kind = progressKinds.find((known) => known === parameters.get('kind')) ?? ''
  const all = await progress.entries()
  const kept = all.filter((entry) => fits(entry, department, year, kind))
  return {
    template: 'progress.njk',
    shell: { title: 'Progress', section: 'progress' },
    view: {
      departments: byDepartment(kept),
      total: kept.length,
      evidenced: kept.filter((entry) => entry.evidence.some(({ state }) => state === 'published' || state === 'served')).length,
      any: all.length > 0,
      choices: choicesOf(all, { department, year, kind }),
    },
    data: { entries: kept },
  }
}

const fits = (entry: ProgressEntry, department: string, year: string, kind: ProgressKind | ''): boolean =>
  (!department || entry.department === department) && (!year || entry.year === Number(year)) && (!kind || entry.kind === kind)

function choicesOf(all: ProgressEntry[], chosen: { department: string; year: string; kind: string }) {
  const departments = new Map(all.map((entry) => [entry.department, entry.departmentTitle]))
  const years = [...new Set(all.map((entry) => entry.year))].sort()
  const select = (name: keyof typeof chosen, label: string, every: string, items: Array<[string, string]>) => ({
    name,
    label,
    items: [['', every] as const, ...items].map(([value, text]) => ({ value, text, selected: value === chosen[name] })),
  })
  return [
    select('department', 'Department', 'All departments', [...departments]),
    select(
      'year',
      'Year',
      'All years',
      years.map((year) => [String(year), String(year)]),
    ),
    select('kind', 'Kind', 'Done and promised', [
      ['progress', 'Done'],
      ['planned', 'Promised'],
    ]),
  ]
}
