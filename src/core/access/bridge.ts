import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Provider } from 'oidc-provider'

/**
 * Hands a request to a framework-less handler that stands under a prefix, and resolves when it has answered.
 *
 * What the handler takes for the scheme and host of the request is what this server is configured to be, whatever headers the request brings.
 */
export function handOver(
  handler: (request: IncomingMessage, response: ServerResponse) => unknown,
  request: IncomingMessage,
  response: ServerResponse,
  { prefix, base }: { prefix: string; base: string },
): Promise<void> {
  const { host, protocol } = new URL(base)
  for (const name of ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'forwarded']) delete request.headers[name]
  request.headers['x-forwarded-proto'] = protocol.slice(0, -1)
  request.headers['x-forwarded-host'] = host
  const { url = '/' } = request
  if (url.startsWith(prefix)) Object.assign(request, { url: url.slice(prefix.length) || '/', baseUrl: prefix })
  response.setHeader('x-content-type-options', 'nosniff')
  return new Promise((resolve) => {
    response.once('close', resolve)
    handler(request, response)
  })
}

/**
 * Takes out of the server's own session who was signed in, when that is somebody else: the library would show a page that needs JavaScript to
 * sign the one out before the other comes in.
 */
export async function forgetOther(provider: Provider, request: IncomingMessage, response: ServerResponse, person: string): Promise<void> {
  const session = await provider.Session.get(provider.createContext(request, response) as never)
  if (session.accountId === undefined || session.accountId === person) return
  delete session.accountId
  delete session.authorizations
  await session.persist()
}
