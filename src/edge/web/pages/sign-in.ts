import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { cookieLine, inventedPeople, readCookie, type SessionKind, type SignInService, sessionCookie } from '../../../core/access/index.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import { pageHeaders } from '../../http/page-headers.ts'
import { open, type Parts, parametersOf } from './page.ts'

/** Pages and steps of signing in and out, for citizens and for members of organisations; and the page of the embedded provider. */
export function signInPages(app: FastifyInstance, parts: Parts & { signIn: SignInService }): void {
  const { signIn, base, access } = parts
  const secure = () => base().startsWith('https:')
  const cookie = (reply: FastifyReply, kind: SessionKind | 'sign-in', value: string, seconds?: number) =>
    reply.header(
      'set-cookie',
      cookieLine(sessionCookie(kind, secure()), value, { secure: secure(), ...(seconds !== undefined && { seconds }) }),
    )

  app.get('/sign-in', open, async (request, reply) => {
    const parameters = parametersOf(request)
    const kind = kindOf(parameters.get('as'))
    const { address, name } = await signIn.begin(kind, onwardOf(parameters.get('to'), kind))
    return cookie(reply, 'sign-in', name, 600).header('cache-control', 'no-store').redirect(address, 303)
  })

  app.get('/sign-in/callback', open, async (request, reply) => {
    const name = readCookie(request.headers.cookie, sessionCookie('sign-in', secure()))
    if (!name) throw new Problem('sign-in-failed', { detail: 'This browser began no sign-in, or its cookies are off. Start again.' })
    const { kind, secret, onward } = await signIn.finish(name, new URL(request.url, base()))
    cookie(reply, 'sign-in', '', 0)
    return cookie(reply, kind, secret).header('cache-control', 'no-store').redirect(onward, 303)
  })

  app.post('/sign-out', { ...open, config: { access: 'public', session: 'citizen' } }, async (request, reply) =>
    signOut(request, reply, 'citizen'),
  )
  app.post('/developers/sign-out', { ...open, config: { access: 'public', session: 'member' } }, async (request, reply) =>
    signOut(request, reply, 'member'),
  )
  app.get('/signed-out', open, async (_request, reply) =>
    pageHeaders(reply)
      .header('cache-control', 'no-store')
      .send(parts.render('signed-out.njk', { title: 'Signed out' }, {})),
  )

  const signOut = async (request: FastifyRequest, reply: FastifyReply, kind: SessionKind) => {
    const secret = readCookie(request.headers.cookie, sessionCookie(kind, secure()))
    if (secret) access?.people.endSession(secret)
    if (secret && kind === 'citizen') await access?.server.signedOut(request.raw, reply.raw)
    return cookie(reply, kind, '', 0)
      .header('cache-control', 'no-store')
      .header('clear-site-data', '"cache"')
      .redirect((await signIn.farewell(kind)) ?? '/signed-out', 303)
  }

  app.get('/development-identity/people/:uid', open, async (request, reply) => {
    const development = signIn.development()
    if (!(await development?.asks(request.raw, reply.raw))) throw notAsked()
    const { uid } = request.params as { uid: string }
    return pageHeaders(reply)
      .header('cache-control', 'no-store')
      .send(parts.render('development-people.njk', { title: 'Sign in as an invented person' }, { uid, people: inventedPeople }))
  })
  app.post('/development-identity/people/:uid', open, async (request, reply) => {
    const subject = (request.body as URLSearchParams).get('person') ?? ''
    const onward = await signIn.development()?.choose(request.raw, reply.raw, subject)
    if (!onward) throw notAsked()
    return reply.redirect(onward, 303)
  })
}

const notAsked = () => new Problem('sign-in-failed', { detail: 'No sign-in is under way in this browser. Start again.' })

const kindOf = (text: string | null): SessionKind => (text === 'member' ? 'member' : 'citizen')

/** Where to go after signing in: a path of this site and nothing that a browser could read as another's address. */
function onwardOf(to: string | null, kind: SessionKind): string {
  const home = kind === 'member' ? '/developers/applications' : '/my'
  return to && to.length <= 2000 && /^\/(?![/\\])[\x21-\x7e]*$/.test(to) && !to.includes('\\') ? to : home
}
