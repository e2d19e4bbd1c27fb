import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import type { TestContext } from 'node:test'
import type { Sixteen } from '../../src/edge/compose.ts'
import { libraryPass } from './library-pass.ts'
import { newSixteen } from './sixteen.ts'
import { Visitor } from './visitor.ts'

type Claims = Record<string, unknown>

/** A compact JWS, signed as ES256 whatever its header says. */
export function signed(header: Claims, payload: Claims, key: KeyObject): string {
  const part = (value: Claims) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const input = `${part(header)}.${part(payload)}`
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

export const nowS = (): number => Math.floor(Date.now() / 1000)
export const callback = 'https://app.example/callback'
export const detail = { type: 'library-pass', purpose: 'join', fields: ['name', 'born'] }

/** An application that speaks the protocol by hand, so that it can break each rule by itself. */
export class Application {
  readonly base: string
  readonly clientId: string
  readonly key: KeyObject
  readonly proofKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  verifier = randomBytes(32).toString('base64url')

  constructor(base: string, clientId: string, key: KeyObject) {
    this.base = base
    this.clientId = clientId
    this.key = key
  }

  assertion(claims: Claims = {}, header: Claims = {}): string {
    const { clientId: id, base } = this
    const payload = {
      iss: id,
      sub: id,
      aud: `${base}/auth`,
      jti: randomBytes(12).toString('hex'),
      iat: nowS(),
      exp: nowS() + 60,
      ...claims,
    }
    return signed({ alg: 'ES256', ...header }, payload, this.key)
  }

  proof(method: string, address: string, claims: Claims = {}, header: Claims = {}): string {
    const jwk = this.proofKey.publicKey.export({ format: 'jwk' })
    const payload = { jti: randomBytes(12).toString('hex'), htm: method, htu: address, iat: nowS(), ...claims }
    return signed({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...header }, payload, this.proofKey.privateKey)
  }

  /** Posts a form to an endpoint of the server, authenticated unless `assertion` is null. Parameters that are undefined are left out. */
  async post(endpoint: string, form: Record<string, string | undefined>, headers: Record<string, string> = {}): Promise<Response> {
    const whole: Record<string, string | undefined> = {
      client_id: this.clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: this.assertion(),
      ...form,
    }
    const given = Object.entries(whole).filter((entry): entry is [string, string] => entry[1] !== undefined)
    return fetch(`${this.base}/auth/${endpoint}`, { method: 'POST', body: new URLSearchParams(given), headers })
  }

  async push(form: Record<string, string | undefined> = {}, headers: Record<string, string> = {}): Promise<Response> {
    return this.post(
      'par',
      {
        response_type: 'code',
        redirect_uri: callback,
        code_challenge: createHash('sha256').update(this.verifier).digest('base64url'),
        code_challenge_method: 'S256',
        state: 'abc',
        authorization_details: JSON.stringify([detail]),
        ...form,
      },
      headers,
    )
  }

  /** Pushes a request and has the visitor agree to these fields; the answer is where the browser is sent. */
  async consent(visitor: Visitor, fields: string[] = ['name', 'born'], form: Record<string, string> = {}): Promise<URL> {
    const pushed = await this.push(form)
    const { request_uri } = (await pushed.json()) as { request_uri: string }
    const page = await this.open(visitor, request_uri)
    return this.agree(visitor, page, fields)
  }

  async open(visitor: Visitor, requestUri: string): Promise<Response> {
    return visitor.follow(
      await visitor.get(`/auth/authorize?${new URLSearchParams({ client_id: this.clientId, request_uri: requestUri })}`),
    )
  }

  async agree(visitor: Visitor, page: Response, fields: string[]): Promise<URL> {
    const done = await visitor.follow(
      await visitor.post(new URL(page.url).pathname, [...fields.map((field): [string, string] => ['field', field]), ['answer', 'yes']]),
    )
    return new URL(done.headers.get('location') ?? `https://none.example/?status=${done.status}`)
  }

  async token(form: Record<string, string | undefined>, proof?: string | null): Promise<Response> {
    const header = proof === null ? undefined : (proof ?? this.proof('POST', `${this.base}/auth/token`))
    return this.post('token', form, header === undefined ? {} : { dpop: header })
  }

  async redeem(code: string, form: Record<string, string | undefined> = {}, proof?: string | null): Promise<Response> {
    return this.token({ grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: this.verifier, ...form }, proof)
  }

  /** The whole way: a token, and the grant it stands for. */
  async obtain(visitor: Visitor, fields?: string[]): Promise<{ access_token: string; refresh_token: string; grant_id: string }> {
    const answer = await this.consent(visitor, fields)
    const redeemed = await this.redeem(answer.searchParams.get('code') ?? '')
    if (redeemed.status !== 200) throw new Error(await redeemed.text())
    return (await redeemed.json()) as { access_token: string; refresh_token: string; grant_id: string }
  }

  /** Calls a resource with the token and a proof for it. */
  async call(
    path: string,
    token: string,
    { method = 'GET', claims = {}, header = {}, body }: { method?: string; claims?: Claims; header?: Claims; body?: object } = {},
  ) {
    const ath = createHash('sha256').update(token).digest('base64url')
    const proof = this.proof(method, this.base + path, { ath, ...claims }, header)
    const headers = { authorization: `DPoP ${token}`, dpop: proof }
    if (body === undefined) return fetch(this.base + path, { method, headers })
    return fetch(this.base + path, { method, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) })
  }
}

/** A server with one record service and an application that may ask for it, and somebody who is signed in. */
export async function withApplication(t: TestContext) {
  const sixteen = await newSixteen(t, {}, { records: [libraryPass] })
  const app = await sixteen.app()
  app.get('/probe/client', { config: { access: 'client' }, schema: { hide: true } }, async ({ actor }) => actor)
  const base = await sixteen.listen()
  const application = register(sixteen, base)
  const visitor = new Visitor(base)
  await visitor.signIn('asha-example', '/signed-out')
  return { sixteen, base, application, visitor, organisation: application.organisation }
}

/** Registers an application of a new library, as its developers would. */
export function register(sixteen: Sixteen, base: string): Application & { organisation: string } {
  const { organisations, clients, people } = sixteen.access
  const developer = people.welcome({ issuer: `${base}/development-identity`, subject: 'bryn-sample', name: 'Bryn Sample' })
  const organisation = organisations.create(developer.id, 'Leeds Library', 'library')
  const client = clients.create({ organisation: organisation.id, name: 'Pass maker', environment: 'sandbox', redirectUris: [callback] })
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  clients.addKey(client.id, 'first', publicKey.export({ format: 'jwk' }))
  clients.subscribe(client.id, 'library-pass', true, null)
  return Object.assign(new Application(base, client.id, privateKey), { organisation: organisation.id })
}
