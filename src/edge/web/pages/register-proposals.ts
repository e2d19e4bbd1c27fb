import type { FastifyInstance, FastifyRequest } from 'fastify'
import { actorName } from '../../../core/access/index.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import { pageHeaders } from '../../http/page-headers.ts'
import { open, type Page, type Parts, servePage, takeForms } from './page.ts'

/** The page where a custodian proposes a change, sees whom it reaches before sending it, and the page of a proposal. */
export function proposalPages(app: FastifyInstance, parts: Parts): void {
  servePage(app, parts, '/registers/:register/propose', async (request, parameters) => form(parts, nameIn(request), parameters), {
    json: false,
  })
  servePage(app, parts, '/registers/:register/proposals/:proposal', (request) => proposal(parts, request))
  app.register(async (inner) => {
    takeForms(inner)
    inner.post<{ Params: { register: string } }>('/registers/:register/propose', open, async (request, reply) => {
      const answer = await submit(parts, nameIn(request), request.body as URLSearchParams)
      if ('redirect' in answer) return reply.redirect(answer.redirect, 303)
      return pageHeaders(reply)
        .code(answer.status ?? 200)
        .header('cache-control', 'no-store')
        .send(parts.render(answer.template, answer.shell, answer.view))
    })
  })
}

const nameIn = (request: FastifyRequest): string => (request.params as { register: string }).register

function shellOf(parts: Parts, register: string, title: string) {
  return {
    title,
    section: 'registers' as const,
    trail: [
      { text: 'Code lists', href: '/registers' },
      { text: parts.registers.definition(register).title, href: `/registers/${register}` },
    ],
  }
}

/** The form, with what a code says now in its fields. */
function form(parts: Parts, register: string, given: URLSearchParams, more: object = {}, status = 200): Page {
  const { definition, codes } = parts.registers.codes.list(register)
  const key = given.get(register) ?? given.get('code') ?? ''
  const now = codes.get(key)
  return {
    template: 'register-propose.njk',
    shell: shellOf(parts, register, 'Propose a change'),
    status,
    view: {
      register,
      title: definition.title,
      noticeDays: definition.noticeDays,
      isNew: !now,
      fields: definition.fields.map(({ field, text, cardinality, datatype }) => ({
        field,
        text,
        several: cardinality === 'n',
        datatype,
        value: given.get(field) ?? (field === register ? key : [now?.item[field] ?? []].flat().join('; ')),
      })),
      note: given.get('note') ?? '',
      sameMeaning: given.get('sameMeaning') !== null,
      ...more,
    },
  }
}

/** Looks at the change, or sends it. A refusal is shown above the form with everything that was typed. */
async function submit(parts: Parts, register: string, given: URLSearchParams): Promise<Page | { redirect: string }> {
  const { registers, access, demandOwner } = parts
  const { definition } = registers.codes.list(register)
  const item: Record<string, unknown> = {}
  for (const { field, cardinality } of definition.fields) {
    const text = (given.get(field) ?? '').trim()
    if (text !== '') item[field] = cardinality === 'n' ? text.split(/\s*;\s*/).filter(Boolean) : text
  }
  const input = {
    items: [item],
    note: given.get('note') ?? '',
    ...(given.get('sameMeaning') !== null && { sameMeaning: [String(item[register])] }),
  }
  try {
    const look = await registers.changes.propose(register, { ...input, proposedBy: 'nobody yet' }, true)
    if (given.get('step') !== 'send') return form(parts, register, given, { look })
    const token = (given.get('token') ?? '').trim()
    if (token === '')
      throw new Problem('token-missing', { detail: 'Enter a token of the publisher who keeps this list.', pointer: '/token' })
    if (!access) throw new Problem('permission-denied', { detail: 'Nothing can be proposed from pages here.', pointer: '/token' })
    const actor = await access.actorOf(token)
    demandOwner(actor, registers.summary(register).owner)
    const made = await registers.changes.propose(register, {
      ...input,
      proposedBy: actorName(actor),
    })
    return { redirect: `/registers/${register}/proposals/${made.id}` }
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error
    const field =
      String(error.fields.pointer ?? '')
        .split('/')
        .at(-1) || register
    return form(parts, register, given, { problem: { text: error.message, field, hint: error.fields.hint } }, error.status)
  }
}

async function proposal(parts: Parts, request: FastifyRequest): Promise<Page> {
  const { register, proposal: id } = request.params as { register: string; proposal: string }
  const found = await parts.registers.changes.proposal(register, id)
  return {
    template: 'register-proposal.njk',
    shell: shellOf(parts, register, 'Proposed change'),
    view: { register, proposal: found, title: parts.registers.definition(register).title },
    data: found,
  }
}
