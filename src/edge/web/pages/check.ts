import type { FastifyInstance } from 'fastify'
import { type Consent, labelOf, readField, saidName } from '../../../core/access/index.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import { pageHeaders } from '../../http/page-headers.ts'
import { answerText } from '../view/record.ts'
import { open, type Page, type Parts } from './page.ts'

/** The page of whoever was given a share code: first the code, then what they must know beside it. Nothing of either is in an address. */
export function checkPages(app: FastifyInstance, parts: Parts & { consent: Consent }): void {
  const { consent } = parts
  const draw = (page: Page) => parts.render(page.template, page.shell, page.view)
  app.get('/check', open, async (_request, reply) =>
    pageHeaders(reply)
      .header('cache-control', 'no-cache')
      .send(draw(first({}))),
  )
  app.post('/check', open, async (request, reply) => {
    const form = request.body as URLSearchParams
    const page = await step(consent, form, request.ip)
    return pageHeaders(reply)
      .code(page.status ?? 200)
      .header('cache-control', 'no-store')
      .send(draw(page))
  })
}

async function step(consent: Consent, form: URLSearchParams, address: string): Promise<Page> {
  const code = form.get('code') ?? ''
  const given = { code, organisation: form.get('organisation') ?? '', reference: form.get('reference') ?? '' }
  try {
    const { service, purpose } = consent.codes.kindOf(code)
    const factor = (form.get('factor') ?? '').slice(0, 100)
    if (form.get('factor') === null || factor.trim() === '') return second(service, purpose, given)
    const organisation = saidName(given.organisation.slice(0, 200))
    const asker = { organisation, system: null, user: null, reference: given.reference.slice(0, 200).trim() || null }
    return result(await consent.codes.redeem({ code, factor }, { address, organisation: null }, asker))
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error
    return { ...first({ ...given, problem: words(error) }), status: error.status }
  }
}

function words(problem: Problem): string {
  return problem.code === 'share-code-refused'
    ? 'We cannot show anything for this code and answer. Check both, or ask for a new code: a code may be used up, stopped or too old.'
    : problem.message
}

const first = (view: object): Page => ({ template: 'check.njk', shell: { title: 'Check a share code', section: 'my' }, view })

type Kind = ReturnType<Consent['codes']['kindOf']>

function second(service: Kind['service'], purpose: Kind['purpose'], given: object): Page {
  return {
    template: 'check-factor.njk',
    shell: { title: `Check a ${service.title.toLowerCase()}`, section: 'my' },
    view: { service, purpose, ...given },
  }
}

type Redeemed = Awaited<ReturnType<Consent['codes']['redeem']>>

function result({ service, purpose, record, at, accessId, ledgerIndex, grant }: Redeemed): Page {
  const rows = Object.entries(record).map(([text, value]) => ({
    label: labelOf(service, text).replace(/\byou\b/g, 'they'),
    answer: answerText(value),
    derived: Boolean(readField(service, text)?.answer),
  }))
  return {
    template: 'check-result.njk',
    shell: { title: service.title, section: 'my' },
    view: { service, purpose, rows, at, accessId, ledgerIndex, expiresAt: grant.expiresAt },
  }
}
