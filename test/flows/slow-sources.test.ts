import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { Actor, RecordService } from '../../src/core/access/index.ts'
import { type ConsentBench, consentBench, DAY_MS } from '../support/consent.ts'
import { libraryPass } from '../support/library-pass.ts'

const hirer: Actor = { kind: 'client', client: 'app', organisation: 'libraries' }
const other: Actor = { kind: 'client', client: 'other', organisation: 'libraries' }

/** A library whose register answers when it is told to. */
async function slowLibrary(t: TestContext) {
  const answers: Array<(record: Record<string, unknown> | Error) => void> = []
  const service: RecordService = {
    ...libraryPass,
    source: {
      fetch: () => new Promise((resolve, reject) => answers.push((record) => (record instanceof Error ? reject(record) : resolve(record)))),
      match: async () => undefined,
    },
  }
  const bench = await consentBench(t, { services: [service] })
  bench.consent.links.link('asha', 'library-pass', 'P1', bench.clock.now().toISOString())
  const grant = await bench.consent.grants.create({
    subject: 'asha',
    actingFor: null,
    recipient: 'libraries',
    client: 'app',
    dataset: 'library-pass',
    fields: ['name'],
    purpose: 'join',
    basis: 'consent',
    maxUses: 2,
    cadence: null,
    notBefore: bench.clock.now().toISOString(),
    expiresAt: new Date(bench.clock.now().getTime() + DAY_MS).toISOString(),
    createdVia: 'oauth',
    evidenceSha256: '0'.repeat(64),
  })
  const ask = (prefer = 'respond-async') =>
    bench.app.inject({
      method: 'POST',
      url: '/records/library-pass/v1/retrieve',
      headers: { 'x-actor': JSON.stringify(hirer), prefer },
      payload: { grant: grant.id, reference: 'shelf 3' },
    })
  return { ...bench, grant, answers, ask }
}

const used = ({ consent }: ConsentBench, grant: { id: string }) => consent.grants.find(grant.id)?.used
const disclosures = ({ consent }: ConsentBench) => consent.history.list('asha', { limit: 10, kinds: ['disclosure'] }).entries.length

test('who prefers not to wait gets an address, and the record is counted and recorded when it is fetched there', async (t) => {
  const library = await slowLibrary(t)
  const { ask, answers, send, grant } = library
  const begun = await ask('wait=1, respond-async')
  const address = String(begun.headers.location)
  assert.deepEqual(
    [begun.statusCode, begun.headers['preference-applied'], begun.headers['retry-after'], begun.json()],
    [202, 'respond-async', '1', { status: 'waiting', answer: `https://sixteen.test${address}` }],
  )
  assert.deepEqual((await send(hirer, 'GET', address)).body, { status: 'waiting', answer: `https://sixteen.test${address}` })
  answers[0]!({ name: 'Asha Example', born: '1991-03-14' })
  await turn()
  assert.deepEqual([used(library, grant), disclosures(library)], [0, 0], 'what nobody has fetched has not left')
  assert.equal((await send(other, 'GET', address)).status, 404, 'an answer is for whom it was made')
  const fetched = await send(hirer, 'GET', address)
  const { record, grant: of } = fetched.body as { record: object; grant: string }
  assert.deepEqual([fetched.status, record, of], [200, { name: 'Asha Example' }, grant.id])
  assert.deepEqual([used(library, grant), disclosures(library)], [1, 1])
  assert.equal((await send(hirer, 'GET', address)).status, 404, 'it is fetched once')
})

test('what is revoked while the source takes its time is refused, and what fails says so when it is fetched', async (t) => {
  const library = await slowLibrary(t)
  const { ask, answers, send, grant, consent, clock } = library
  const failing = String((await ask()).headers.location)
  answers[0]!(new Error('Asha Example is locked'))
  await turn()
  const failed = await send(hirer, 'GET', failing)
  assert.deepEqual([failed.status, (failed.body as { code: string }).code, /Asha/.test(failed.text)], [503, 'record-source-failed', false])

  const late = String((await ask()).headers.location)
  const forgotten = String((await ask()).headers.location)
  for (const answer of answers.slice(1)) answer({ name: 'Asha Example' })
  await turn()
  clock.advance(11 * 60_000)
  assert.equal((await send(hirer, 'GET', forgotten)).status, 404, 'kept for ten minutes')
  assert.equal((await send(hirer, 'GET', late)).status, 404)

  const address = String((await ask()).headers.location)
  answers.at(-1)!({ name: 'Asha Example' })
  await consent.grants.revoke(grant.id, 'asha', null)
  const refused = await send(hirer, 'GET', address)
  assert.deepEqual([refused.status, (refused.body as { code: string }).code], [403, 'grant-not-live'])
  assert.deepEqual([used(library, grant), disclosures(library)], [0, 0])
})

test('an application has a bounded number of answers waiting', async (t) => {
  const { ask } = await slowLibrary(t)
  for (let time = 0; time < 100; time += 1) assert.equal((await ask()).statusCode, 202)
  assert.equal((await ask()).statusCode, 503)
})
