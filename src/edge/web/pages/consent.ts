import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type AccessControl, type ConsentView, demandCitizen } from '../../../core/access/index.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import { pageHeaders } from '../../http/page-headers.ts'
import type { Parts } from './page.ts'

const citizens = { config: { access: 'citizen' as const }, schema: { hide: true } }

/** The page where a citizen reads what an application asks for, takes out what they do not want to share, and agrees or not. */
export function consentPages(app: FastifyInstance, parts: Parts & { access: AccessControl }): void {
  const { server, people } = parts.access
  const path = '/auth/interaction/:uid'

  app.get(path, citizens, async (request, reply) => {
    const person = demandCitizen(request.actor)
    const question = await server.question(request.raw, reply.raw, person)
    if (question.kind === 'sign-in') return onward(reply, await server.signedIn(request.raw, reply.raw, person))
    return show(request, reply, question.view)
  })

  app.post(path, citizens, async (request, reply) => {
    const person = demandCitizen(request.actor)
    const form = request.body as URLSearchParams
    if (form.get('answer') !== 'yes') return onward(reply, await server.refuse(request.raw, reply.raw))
    try {
      return onward(reply, await server.agree(request.raw, reply.raw, person, form.getAll('field')))
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'fields-not-allowed') throw error
      const question = await server.question(request.raw, reply.raw, person)
      if (question.kind === 'sign-in') throw error
      return show(request, reply, question.view, error)
    }
  })

  const show = (request: FastifyRequest, reply: FastifyReply, view: ConsentView, problem?: Problem) => {
    const { uid } = request.params as { uid: string }
    const title = `${view.organisation} asks to see ${view.yours}`
    const name = people.person(demandCitizen(request.actor))?.name
    // The answer leads on to the application, whose address the browser must be allowed to follow.
    return pageHeaders(reply)
      .code(problem?.status ?? 200)
      .header('cache-control', 'no-store')
      .header('content-security-policy', String(reply.getHeader('content-security-policy')).replace(/form-action [^;]*/, 'form-action *'))
      .send(parts.render('consent.njk', { title }, { uid, name, problem: problem && { text: problem.message }, ...view }))
  }
}

const onward = (reply: FastifyReply, address: string) => reply.header('cache-control', 'no-store').redirect(address, 303)
