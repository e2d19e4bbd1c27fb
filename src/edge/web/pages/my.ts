import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Consent, demandCitizen, forms, labelOf, type Purpose, type RecordService } from '../../../core/access/index.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import { pageHeaders } from '../../http/page-headers.ts'
import { grantView, historyView } from '../view/my.ts'
import { type Page, type Parts, parametersOf } from './page.ts'

const mine = { config: { access: 'citizen' as const }, schema: { hide: true } }
const trail = [{ text: 'My records', href: '/my' }]
const HISTORY_PAGE = 50

/** What a person sees and decides of their own records. A change that another site asks for is refused at the gate. */
export function myPages(app: FastifyInstance, parts: Parts & { consent: Consent }): void {
  const { consent } = parts
  const show = (path: string, load: (request: FastifyRequest, person: string) => Promise<Page> | Page) =>
    app.get(path, mine, async (request, reply) => send(reply, parts, await load(request, demandCitizen(request.actor))))
  const act = (
    path: string,
    work: (form: URLSearchParams, person: string, request: FastifyRequest) => Promise<Page | { redirect: string }>,
  ) =>
    app.post(path, mine, async (request, reply) => {
      const page = await work((request.body as URLSearchParams | undefined) ?? new URLSearchParams(), demandCitizen(request.actor), request)
      return 'redirect' in page ? reply.redirect(page.redirect, 303) : send(reply, parts, page)
    })

  show('/my', (_request, person) => home(consent, person))
  act('/my/stop', async (form, person) => {
    const grant = consent.grants.find(form.get('grant') ?? '')
    if (grant?.subject !== person) throw new Problem('grant-not-found', { detail: 'There is no such grant of yours.' })
    await consent.grants.revoke(grant.id, person, null)
    return { redirect: '/my' }
  })

  act('/my/credential', async (form, person) => {
    const { credential, grant } = await consent.credentials.make(form.get('grant') ?? '', person, parts.base())
    const view = { credential, grant: grantView(consent.grants.find(grant)!, consent) }
    return { template: 'my-credential.njk', shell: { title: 'Your proof to carry', section: 'my', trail }, view }
  })

  show('/my/connect/:dataset', (request) => connectPage(serviceIn(consent, request), new URLSearchParams()))
  act('/my/connect/:dataset', async (form, person, request) => {
    const service = serviceIn(consent, request)
    try {
      const claims = Object.fromEntries(service.claims.map(({ name }) => [name, (form.get(name) ?? '').slice(0, 200)]))
      await consent.links.connect(person, service.dataset, claims)
      return { redirect: '/my' }
    } catch (error) {
      return retold(error, (problem) => connectPage(service, form, problem))
    }
  })

  show('/my/share/:dataset', (request) => {
    const service = serviceIn(consent, request)
    return sharePage(
      service,
      service.purposes.filter(givesCodes).find(({ code }) => code === parametersOf(request).get('purpose')),
      new URLSearchParams(),
    )
  })
  act('/my/share/:dataset', async (form, person, request) => {
    const service = serviceIn(consent, request)
    const purpose = consent.services.purpose(service, form.get('purpose') ?? '')
    try {
      const made = await consent.codes.create({
        subject: person,
        dataset: service.dataset,
        purpose: purpose.code,
        fields: fieldsIn(form, service),
        recipientHint: form.get('recipient')?.trim().slice(0, 200) || null,
        uses: Number(form.get('uses')),
        days: Number(form.get('days')),
      })
      const grant = grantView(made.grant, consent)
      const view = { code: made.displayCode, grant, factor: service.factor, address: `${parts.base()}/check` }
      return { template: 'my-code.njk', shell: { title: 'Your share code', section: 'my', trail }, view }
    } catch (error) {
      return retold(error, (problem) => sharePage(service, purpose, form, problem))
    }
  })

  show('/my/history', (request, person) => {
    const parameters = parametersOf(request)
    const page = consent.history.list(person, { limit: HISTORY_PAGE, cursor: parameters.get('cursor') ?? undefined })
    const view = {
      entries: page.entries.map(historyView),
      next: page.next && `/my/history?cursor=${page.next}`,
      ...consent.history.hidden(),
    }
    return { template: 'my-history.njk', shell: { title: 'Who saw your records', section: 'my', trail }, view }
  })
  show('/my/erase', () => erasePage({}))
  act('/my/erase', async (form, person) => {
    if (form.get('confirm') !== 'yes') return { ...erasePage({ problem: true }), status: 400 }
    return erasePage({ erased: await consent.erasure.erase(person) })
  })
  show('/my/history/:id', (request, person) => {
    const proof = consent.history.proof(person, (request.params as { id: string }).id)
    const view = { proof, event: Object.entries(JSON.parse(proof.event) as object), key: consent.ledger.verifierKey }
    const shell = {
      title: 'Proof of an entry',
      section: 'my' as const,
      trail: [...trail, { text: 'Who saw your records', href: '/my/history' }],
    }
    return { template: 'my-proof.njk', shell, view }
  })
}

const serviceIn = (consent: Consent, request: FastifyRequest): RecordService =>
  consent.services.get((request.params as { dataset: string }).dataset)

function send(reply: FastifyReply, parts: Parts, page: Page) {
  return pageHeaders(reply)
    .code(page.status ?? 200)
    .header('cache-control', 'no-store')
    .send(parts.render(page.template, page.shell, page.view))
}

/** The form again, above it what is to be done; a failure of ours stays one. */
function retold(error: unknown, page: (problem: Problem) => Page): Page {
  if (!(error instanceof Problem) || error.status >= 500) throw error
  return { ...page(error), status: error.status }
}

function home(consent: Consent, person: string): Page {
  const links = new Set(consent.links.linksOf(person).map(({ dataset }) => dataset))
  const burnt = new Set(consent.codes.listOf(person).flatMap((code) => (code.burnt ? [code.grant.id] : [])))
  const grants = consent.grants.listOf(person)
  const isLive = ({ id, state, maxUses, used }: (typeof grants)[number]) =>
    state === 'active' && !burnt.has(id) && (maxUses === null || used < maxUses)
  const views = (some: typeof grants) => some.map((grant) => ({ ...grantView(grant, consent), burnt: burnt.has(grant.id) }))
  return {
    template: 'my.njk',
    shell: { title: 'My records', section: 'my' },
    view: {
      live: views(grants.filter(isLive)),
      past: views(grants.filter((grant) => !isLive(grant))).slice(0, 20),
      services: consent.services.all().map(({ dataset, title, summary }) => ({ dataset, title, summary, connected: links.has(dataset) })),
    },
  }
}

const erasePage = (view: object): Page => ({
  template: 'my-erase.njk',
  shell: { title: 'Erase what is kept of you', section: 'my', trail },
  view,
})

function connectPage(service: RecordService, given: URLSearchParams, problem?: Problem): Page {
  const claims = service.claims.map((claim) => ({ ...claim, value: given.get(claim.name) ?? '' }))
  return {
    template: 'my-connect.njk',
    shell: { title: `Connect ${service.yours}`, section: 'my', trail },
    view: { service, claims, problem: problem && { text: problem.message, field: claims[0]?.name } },
  }
}

const givesCodes = ({ letter }: Purpose): boolean => letter !== undefined

function sharePage(service: RecordService, purpose: Purpose | undefined, given: URLSearchParams, problem?: Problem): Page {
  const shell = { title: `Share ${service.yours}`, section: 'my' as const, trail }
  if (!purpose) return { template: 'my-purpose.njk', shell, view: { service, purposes: service.purposes.filter(givesCodes) } }
  const asked = given.has('purpose') ? fieldsIn(given, service) : purpose.usual
  const usual = [...new Set([...purpose.usual, ...purpose.fields.filter((name) => service.fields.some((field) => field.name === name))])]
  const fields = usual.map((text) => ({ text, label: labelOf(service, text), ticked: asked.includes(text) }))
  const answers = service.answers
    .filter(({ name }) => purpose.fields.includes(name))
    .map(({ name, label, parameters }) => ({
      name,
      label,
      parameters: parameters.map((parameter) => ({ ...parameter, value: given.get(`${name}.${parameter.name}`) ?? '' })),
    }))
  const form = {
    recipient: given.get('recipient') ?? '',
    days: given.get('days') ?? String(Math.min(21, purpose.longestDays)),
    uses: given.get('uses') ?? '1',
  }
  const view = { service, purpose, fields, answers, form, forms: forms(service, purpose), problem: problem && { text: problem.message } }
  return { template: 'my-share.njk', shell, view }
}

/** What was ticked, and the questions that were filled in. */
function fieldsIn(form: URLSearchParams, service: RecordService): string[] {
  const questions = service.answers.flatMap(({ name, parameters }) => {
    const values = parameters.map((parameter) => (form.get(`${name}.${parameter.name}`) ?? '').trim())
    return values[0] ? [`${name}(${values.filter(Boolean).join(',')})`] : []
  })
  return [...new Set([...form.getAll('field').slice(0, 100), ...questions])]
}
