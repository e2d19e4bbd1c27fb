import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { CheckReport, Standards } from '../../../core/steering/index.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import { pageHeaders } from '../../http/page-headers.ts'
import { open, type Page, type Parts, servePage, takeForms } from './page.ts'

const FORM_CHARS = 1_000_000

/** The standards, the page of each with who keeps to it, and the check that anybody can use. */
export function standardPages(app: FastifyInstance, parts: Parts): void {
  const { standards } = parts
  if (!standards) return
  servePage(app, parts, '/standards', async () => {
    const all = await standards.standards()
    return {
      template: 'standards.njk',
      shell: { title: 'Data standards', section: 'publish' },
      view: { standards: all },
      data: { standards: all },
    }
  })
  servePage(app, parts, '/standards/:standard', (request) => standardPage(standards, idIn(request)))
  servePage(app, parts, '/standards/:standard/check', (request) => checkPage(standards, idIn(request), ''), { json: false })
  app.register(async (inner) => {
    takeForms(inner)
    inner.post('/standards/:standard/check', { ...open, bodyLimit: FORM_CHARS * 2 }, async (request, reply) => {
      const text = ((request.body as URLSearchParams).get('rows') ?? '').slice(0, FORM_CHARS)
      const page = await answer(standards, idIn(request), text)
      return pageHeaders(reply)
        .code(page.status ?? 200)
        .header('cache-control', 'no-store')
        .send(parts.render(page.template, page.shell, page.view))
    })
  })
}

const idIn = (request: FastifyRequest): string => (request.params as { standard: string }).standard
const trail = [{ text: 'Data standards', href: '/standards' }]

async function standardPage(standards: Standards, id: string): Promise<Page> {
  const standard = await standards.standard(id)
  const datasets = await standards.claims(id)
  return {
    template: 'standard.njk',
    shell: { title: standard.title, section: 'publish', trail },
    view: { standard, newest: standard.versions[0], datasets },
    data: { ...standard, datasets },
  }
}

async function checkPage(standards: Standards, id: string, rows: string, more: object = {}, status = 200): Promise<Page> {
  const standard = await standards.standard(id)
  return {
    template: 'standard-check.njk',
    shell: { title: `Check: ${standard.title}`, section: 'publish', trail: [...trail, { text: standard.title, href: `/standards/${id}` }] },
    status,
    view: { standard, newest: standard.versions[0], rows, ...more },
  }
}

async function answer(standards: Standards, id: string, rows: string): Promise<Page> {
  if (!rows.trim()) return checkPage(standards, id, rows, { problem: 'Paste the header and some rows' }, 400)
  try {
    const report: CheckReport = await standards.check(id, rows)
    return await checkPage(standards, id, rows, { report })
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500 || error.code === 'standard-not-found') throw error
    return checkPage(standards, id, rows, { problem: error.message }, error.status)
  }
}
