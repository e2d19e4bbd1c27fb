import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import Fastify, { type FastifyInstance } from 'fastify'
import { shareCodeRoutes } from '../../src/core/access/codes/routes.ts'
import { credentialRoutes } from '../../src/core/access/credentials/routes.ts'
import { erasureRoutes } from '../../src/core/access/erasure/routes.ts'
import { exportRoutes } from '../../src/core/access/export/routes.ts'
import { grantRoutes } from '../../src/core/access/grants/routes.ts'
import {
  type Actor,
  type Consent,
  type NewGrant,
  openConsent,
  passGate,
  publicActor,
  type RecordService,
} from '../../src/core/access/index.ts'
import { ledgerRoutes } from '../../src/core/access/ledger/routes.ts'
import { lawfulRoutes } from '../../src/core/access/records/lawful/routes.ts'
import { recordRoutes } from '../../src/core/access/records/routes.ts'
import { trackerRoutes } from '../../src/core/access/tracker/routes.ts'
import { witnessRoutes } from '../../src/core/access/witnesses/routes.ts'
import { handleErrors } from '../../src/edge/http/errors.ts'
import { Events, fixedClock, type SixteenEvents } from '../../src/foundation/kernel/index.ts'
import { openLegacy } from '../../src/profiles/driving-licence/legacy.ts'
import { licenceService } from '../../src/profiles/driving-licence/service.ts'

export const drivers = join(import.meta.dirname, '../../src/profiles/driving-licence/fixtures/drivers.txt')

export const DAY_MS = 86_400_000

/** The records of invented drivers behind their routes, in which whoever calls is who they say: signing in is another area's. */
export interface ConsentBench {
  consent: Consent
  clock: ReturnType<typeof fixedClock>
  folder: string
  /** Sends a request as an actor; the answer's status and body. */
  send(
    actor: Actor,
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    payload?: object,
  ): Promise<{ status: number; body: never; text: string; bytes: Buffer }>
  app: FastifyInstance
}

export const asha: Actor = { kind: 'citizen', person: 'asha', session: 's1' }
export const bryn: Actor = { kind: 'citizen', person: 'bryn', session: 's2' }
export const nobody = publicActor

export async function consentBench(
  t: TestContext,
  options: Pick<Parameters<typeof openConsent>[0], 'limits' | 'witnesses' | 'witnessedLogs' | 'fetch'> & {
    services?: RecordService[]
    host?: string
  } = {},
): Promise<ConsentBench> {
  const folder = await mkdtemp(join(tmpdir(), 'sixteen-consent-'))
  const clock = fixedClock('2026-11-24T12:00:00.000Z')
  const licences = openLegacy(drivers, () => clock.now().toISOString().slice(0, 10))
  const consent = openConsent({
    folder,
    host: options.host ?? 'sixteen.test',
    ...(options.witnesses && { witnesses: options.witnesses }),
    ...(options.witnessedLogs && { witnessedLogs: options.witnessedLogs }),
    ...(options.fetch && { fetch: options.fetch }),
    services: options.services ?? [licenceService(licences)],
    clock,
    events: new Events<SixteenEvents>(),
    limits: options.limits ?? { addressPerMinute: 1000, organisationPerMinute: 1000, refusalsPerSecond: 1000 },
  })
  consent.links.link('asha', 'driving-licence', 'EXAMP953141A99XA', clock.now().toISOString())
  consent.links.link('bryn', 'driving-licence', 'SAMPL611028B99XB', clock.now().toISOString())
  const app = Fastify({ ajv: { customOptions: { removeAdditional: false, coerceTypes: 'array' } } })
  app.decorateRequest('actor')
  app.addHook('onRequest', async (request) => {
    request.actor = JSON.parse(String(request.headers['x-actor'])) as Actor
    if (!request.is404) passGate(request.actor, request.routeOptions.config.access ?? 'operator')
  })
  const base = () => 'https://sixteen.test'
  handleErrors(app, { base })
  const organisationName = (organisation: string) => `The ${organisation}`
  for (const plugin of [
    grantRoutes(consent),
    shareCodeRoutes({ ...consent, base, organisationName }),
    recordRoutes({ ...consent, base, organisationName }),
    ledgerRoutes(consent),
    exportRoutes({ ...consent, clock }),
    lawfulRoutes({
      ...consent,
      base,
      organisationName,
      standing: (client, organisation) => ({ kind: organisation, approved: !client.startsWith('new') }),
    }),
    erasureRoutes(consent),
    credentialRoutes({ ...consent, base }),
    witnessRoutes(consent),
    trackerRoutes(consent),
  ])
    await app.register(plugin)
  t.after(async () => {
    await app.close()
    await consent.close()
    await rm(folder, { recursive: true, force: true })
  })
  return {
    consent,
    clock,
    folder,
    app,
    send: async (actor, method, url, payload) => {
      const reply = await app.inject({ method, url, headers: { 'x-actor': JSON.stringify(actor) }, ...(payload && { payload }) })
      const json = /json/.test(String(reply.headers['content-type']))
      return { status: reply.statusCode, body: (json ? reply.json() : undefined) as never, text: reply.body, bytes: reply.rawPayload }
    },
  }
}

/** What one person lets an invented application see of their licence, for a month. */
export const exampleGrant = ({ clock }: Pick<ConsentBench, 'clock'>): NewGrant => ({
  subject: 'asha',
  actingFor: null,
  recipient: 'app',
  client: 'app',
  dataset: 'driving-licence',
  fields: ['lastName'],
  purpose: 'employment-check',
  basis: 'consent',
  maxUses: null,
  cadence: null,
  notBefore: clock.now().toISOString(),
  expiresAt: '2026-12-24T00:00:00.000Z',
  createdVia: 'oauth',
  evidenceSha256: '0'.repeat(64),
})

/** Adds entries to the log: grants of one person. */
export async function growLog(bench: ConsentBench, entries: number): Promise<void> {
  await Promise.all(Array.from({ length: entries }, () => bench.consent.grants.create(exampleGrant(bench))))
}
