import type { SessionKind } from './model.ts'

/**
 * Name of the cookie of a kind of session. Over https it carries the `__Host-` prefix, with which a browser takes it only from this very host.
 *
 * @see RFC 6265bis, section 4.1.3.2.
 */
export function sessionCookie(kind: SessionKind | 'sign-in', secure: boolean): string {
  return `${secure ? '__Host-' : ''}sixteen-${kind}`
}

/** The value of a cookie in a Cookie header; undefined when it is absent, or there twice, which no honest browser sends. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  if (!header || header.length > 8192) return undefined
  const found = header.split(/; */).filter((pair) => pair.startsWith(`${name}=`))
  return found.length === 1 ? found[0]!.slice(name.length + 1) : undefined
}

/** A Set-Cookie line: unreadable to scripts, sent along when a link leads here and not with another site's forms. Zero seconds take it away. */
export function cookieLine(name: string, value: string, { secure, seconds }: { secure: boolean; seconds?: number }): string {
  return [
    `${name}=${value}`,
    'Path=/',
    'HttpOnly',
    'SameSite=Lax',
    ...(secure ? ['Secure'] : []),
    ...(seconds === undefined ? [] : [`Max-Age=${seconds}`]),
  ].join('; ')
}
