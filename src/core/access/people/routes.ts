import type { FastifyPluginAsync } from 'fastify'
import { Problem } from '../../../foundation/kernel/index.ts'
import { handOver } from '../bridge.ts'
import { DEVELOPMENT_PREFIX } from './development.ts'
import type { SignInService } from './sign-in.ts'

/** The endpoints of the embedded OpenID provider; there is nothing where it does not stand in. */
export function developmentIdentityRoutes({ signIn, base }: { signIn: SignInService; base: () => string }): FastifyPluginAsync {
  return async (app) => {
    app.removeAllContentTypeParsers()
    // The provider reads its own bodies.
    app.addContentTypeParser('*', (_request, _body, done) => done(null))
    app.all(`${DEVELOPMENT_PREFIX}/*`, { config: { access: 'public', ownToken: true }, schema: { hide: true } }, async (request, reply) => {
      const development = signIn.development()
      if (!development) throw new Problem('route-not-found', { detail: 'There is no sign-in of development here.' })
      reply.hijack()
      await handOver(development.handler, request.raw, reply.raw, { prefix: DEVELOPMENT_PREFIX, base: base() })
    })
  }
}
