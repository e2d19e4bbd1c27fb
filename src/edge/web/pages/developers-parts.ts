import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AccessControl, RecordServices } from '../../../core/access/index.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import { pageHeaders } from '../../http/page-headers.ts'
import type { Parts } from './page.ts'

export type HubParts = Parts & { access: AccessControl; records: () => RecordServices }

export const members = { config: { access: 'member' as const }, schema: { hide: true } }
export const hubTrail = [
  { text: 'Developers', href: '/developers' },
  { text: 'Your organisations', href: '/developers/applications' },
]

/** A page of the hub, above it what was wrong with the form that was sent. */
export function send(
  parts: Parts,
  reply: FastifyReply,
  template: string,
  title: string,
  view: object,
  problem?: Problem,
  trail?: Array<{ text: string; href: string }>,
) {
  const error = problem && {
    text: problem.message,
    field:
      String(problem.fields.pointer ?? '')
        .split('/')
        .at(-1) || 'main',
  }
  return pageHeaders(reply)
    .code(problem?.status ?? 200)
    .header('cache-control', 'no-store')
    .send(parts.render(template, { title, section: 'developers', ...(trail && { trail }) }, { ...view, error }))
}

/** Does what a form asks and goes on, or shows the form again with what was wrong. */
export async function answering(
  request: FastifyRequest,
  reply: FastifyReply,
  again: (problem: Problem) => unknown,
  act: (field: (name: string) => string) => Promise<string>,
) {
  const form = formOf(request)
  try {
    return reply.redirect(await act((name) => (form.get(name) ?? '').trim()), 303)
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500 || error.status === 404) throw error
    return again(error)
  }
}

export const formOf = ({ body }: FastifyRequest): URLSearchParams => (body instanceof URLSearchParams ? body : new URLSearchParams())

export function memberOf({ actor }: FastifyRequest): string {
  if (actor.kind !== 'member') throw new Problem('sign-in-needed', { detail: 'Sign in first.' })
  return actor.person
}
