import type { FastifyInstance, FastifyRequest } from 'fastify'
import { eventsAtom } from '../../../core/catalogue/index.ts'
import { NII_REGISTER, type Nii, type NiiEntry, niiStages, niiStatuses } from '../../../core/steering/index.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import { pageHeaders } from '../../http/page-headers.ts'
import { measureView, stageText, statusView } from '../view/nii.ts'
import { open, type Page, type Parts, servePage, takeForms } from './page.ts'

/** The list with each promise's measured state, the page of an entry with its consultation, and the page where anybody nominates. */
export function niiPages(app: FastifyInstance, parts: Parts): void {
  const { nii } = parts
  if (!nii) return
  servePage(app, parts, '/nii', (_request, parameters) => list(nii, parameters))
  servePage(app, parts, '/nii/nominate', async (_request, given) => nominateForm(parts, given), { json: false })
  servePage(app, parts, '/nii/:entry', (request, given) => entryPage(nii, idIn(request), given))
  app.get('/nii/:entry.atom', open, async (request, reply) => {
    const { entry, history } = await nii.entry(idIn(request))
    const link = `${parts.base()}/nii/${entry.id}`
    const entries = history.toReversed().map(({ seq, at, step, stage, actor, reason }) => ({
      id: `${link}#${seq}`,
      title: `${entry.title}: ${step}, now ${stageText(stage)}`,
      link,
      at,
      author: actor,
      ...(reason && { text: reason }),
    }))
    return reply.type('application/atom+xml; charset=utf-8').send(eventsAtom({ title: entry.title, address: `${link}.atom`, entries }))
  })
  app.register(async (inner) => {
    takeForms(inner)
    const answer = (path: string, act: (request: FastifyRequest, given: URLSearchParams) => Promise<Page | { redirect: string }>) =>
      inner.post(path, open, async (request, reply) => {
        const made = await act(request, request.body as URLSearchParams)
        if ('redirect' in made) return reply.redirect(made.redirect, 303)
        return pageHeaders(reply)
          .code(made.status ?? 200)
          .header('cache-control', 'no-store')
          .send(parts.render(made.template, made.shell, made.view))
      })
    answer('/nii/nominate', (_request, given) => nominate(parts, nii, given))
    answer('/nii/:entry/comments', (request, given) => comment(nii, idIn(request), given))
  })
}

const idIn = (request: FastifyRequest): string => (request.params as { entry: string }).entry
const section = 'progress' as const
const trail = [{ text: 'National Information Infrastructure', href: '/nii' }]

async function list(nii: Nii, parameters: URLSearchParams): Promise<Page> {
  const all = await nii.entries()
  const theme = parameters.get('theme') ?? ''
  const stage = niiStages.find((known) => known === parameters.get('stage')) ?? ''
  const status = niiStatuses.find((known) => known === parameters.get('status')) ?? ''
  const kept = all.filter(
    (entry) => (!theme || entry.theme === theme) && (!stage || entry.stage === stage) && (!status || entry.status === status),
  )
  const summary = nii.summary(all)
  return {
    template: 'nii.njk',
    shell: { title: 'National Information Infrastructure', section },
    view: {
      any: all.length > 0,
      summary,
      register: NII_REGISTER,
      share: summary.listed ? Math.round((summary.withApi / summary.listed) * 100) : 0,
      total: kept.length,
      groups: [...Map.groupBy(kept, (entry) => entry.theme ?? 'No theme')]
        .sort(([a], [b]) => a.localeCompare(b))
        .map(([name, entries]) => ({ name, entries: entries.map(rowView) })),
      choices: choicesOf(all, { theme, stage, status }),
    },
    data: { entries: kept, summary },
  }
}

const rowView = (entry: NiiEntry) => ({
  id: entry.id,
  title: entry.title,
  who: entry.publisherTitle ?? entry.publisher ?? '',
  stage: stageText(entry.stage),
  status: statusView(entry.status),
  stars: entry.stars,
  api: entry.api,
  lastDone: entry.lastDone,
})

function choicesOf(all: readonly NiiEntry[], chosen: Record<'theme' | 'stage' | 'status', string>) {
  const select = (name: keyof typeof chosen, label: string, every: string, items: Array<[string, string]>) => ({
    name,
    label,
    items: [['', every] as const, ...items].map(([value, text]) => ({ value, text, selected: value === chosen[name] })),
  })
  const themes = [...new Set(all.map(({ theme }) => theme ?? ''))].filter(Boolean).sort()
  const stages = niiStages.filter((stage) => all.some((entry) => entry.stage === stage))
  return [
    select(
      'theme',
      'Theme',
      'All themes',
      themes.map((theme) => [theme, theme]),
    ),
    select(
      'stage',
      'Stage',
      'All stages',
      stages.map((stage) => [stage, stageText(stage)]),
    ),
    select(
      'status',
      'Measured',
      'Any state',
      niiStatuses.map((status): [string, string] => [status, statusView(status).text]),
    ),
  ]
}

async function entryPage(nii: Nii, id: string, given: URLSearchParams, more: object = {}, status = 200): Promise<Page> {
  const { entry, history, comments } = await nii.entry(id)
  return {
    template: 'nii-entry.njk',
    shell: { title: entry.title, section, trail },
    status,
    view: {
      entry,
      register: NII_REGISTER,
      stage: stageText(entry.stage),
      state: statusView(entry.status),
      measures: entry.measures.map(measureView),
      history: history.map((event) => ({ ...event, stage: stageText(event.stage) })).reverse(),
      comments,
      given: { text: given.get('text') ?? '', useCase: given.get('useCase') ?? '', who: given.get('who') ?? '' },
      ...more,
    },
    data: { ...entry, history, comments },
  }
}

function nominateForm({ catalogue: _ }: Parts, given: URLSearchParams, more: object = {}, status = 200): Page {
  const fields = ['title', 'use', 'dataset', 'theme', 'who'] as const
  return {
    template: 'nii-nominate.njk',
    shell: { title: 'Nominate data', section, trail },
    status,
    view: { given: Object.fromEntries(fields.map((name) => [name, given.get(name) ?? ''])), ...more },
  }
}

async function nominate(parts: Parts, nii: Nii, given: URLSearchParams): Promise<Page | { redirect: string }> {
  const { values, missing } = read(given, { title: 300, use: 2_000, dataset: 100, theme: 100, who: 200 }, ['title', 'use'])
  if (missing)
    return nominateForm(
      parts,
      given,
      { problem: { field: missing, text: missing === 'title' ? 'Enter the name of the data' : 'Say what it is used for, or would be' } },
      400,
    )
  return refusing(
    async () => ({ redirect: `/nii/${(await nii.nominate(values as { title: string; use: string })).id}` }),
    (field, text, status) => nominateForm(parts, given, { problem: { field: field || 'title', text } }, status),
  )
}

async function comment(nii: Nii, id: string, given: URLSearchParams): Promise<Page | { redirect: string }> {
  const { values, missing } = read(given, { text: 5_000, useCase: 2_000, who: 200 }, ['text'])
  if (missing) return entryPage(nii, id, given, { problem: { field: 'text', text: 'Enter what you have to say' } }, 400)
  return refusing(
    async () => {
      await nii.comment(id, values as { text: string })
      return { redirect: `/nii/${id}#comments` }
    },
    (_field, text, status) => entryPage(nii, id, given, { problem: { field: 'text', text } }, status),
  )
}

/** The fields of a form that were filled in, cut to their length, and the first that is needed and was not. */
function read(given: URLSearchParams, lengths: Record<string, number>, needed: readonly string[]) {
  const values = Object.fromEntries(
    Object.entries(lengths).flatMap(([name, length]) => {
      const text = (given.get(name) ?? '').trim().slice(0, length)
      return text ? [[name, text]] : []
    }),
  )
  return { values, missing: needed.find((name) => !values[name]) }
}

async function refusing(
  work: () => Promise<{ redirect: string }>,
  shown: (field: string, text: string, status: number) => Page | Promise<Page>,
): Promise<Page | { redirect: string }> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500 || error.code === 'nii-entry-not-found') throw error
    const field =
      String(error.fields.pointer ?? '')
        .split('/')
        .at(-1) ?? ''
    return shown(field, error.message, error.status)
  }
}
