import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { verifyEventProof } from '../../src/core/access/ledger/verify.ts'
import { fixedClock } from '../../src/foundation/kernel/index.ts'
import { policeService } from '../../src/profiles/police-records/service.ts'
import { policeSource } from '../../src/profiles/police-records/source.ts'
import { Application, callback } from '../support/application.ts'
import { asha, consentBench, DAY_MS, nobody } from '../support/consent.ts'
import { newSixteen } from '../support/sixteen.ts'
import { Visitor } from '../support/visitor.ts'

const PATH = '/records/police-records/v1/lawful-access'
const dmitri = { recordNumber: '17/000003c', dateOfBirth: '1979-01-20' }
const look = {
  purpose: 'crime-investigation',
  fields: ['lastName', 'unspentConvictions'],
  record: dmitri,
  user: 'PC Canary 12',
  reference: 'case 7',
}

/** A server with police records, and a police force whose application is live and approved. */
async function force(t: TestContext) {
  const clock = fixedClock(new Date().toISOString())
  const sixteen = await newSixteen(t, { profiles: 'police-records' }, { clock })
  const base = await sixteen.listen()
  const { organisations, clients, people } = sixteen.access
  const officer = people.welcome({ issuer: `${base}/development-identity`, subject: 'bryn-sample', name: 'Bryn Sample' })
  const application = (kind: string, environment: 'live' | 'sandbox', approved: boolean) => {
    const organisation = organisations.create(officer.id, 'Exampleshire Police', kind)
    const { id } = clients.create({ organisation: organisation.id, name: 'Case desk', environment, redirectUris: [callback] })
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    clients.addKey(id, 'first', publicKey.export({ format: 'jwk' }))
    clients.subscribe(id, 'police-records', approved, null)
    const client = new Application(base, id, privateKey)
    let token: Promise<string> | undefined
    return async (body: object): Promise<{ status: number; body: never }> => {
      token ??= client
        .token({ grant_type: 'client_credentials' })
        .then(async (answer) => ((await answer.json()) as { access_token: string }).access_token)
      const answer = await client.call(PATH, await token, { method: 'POST', body })
      return { status: answer.status, body: (await answer.json()) as never }
    }
  }
  return { sixteen, base, clock, application, ask: application('police-force', 'live', true) }
}

test('an officer sees by law what the purpose names, and the person finds it in their history, though they connect their record later', async (t) => {
  const { sixteen, base, clock, ask } = await force(t)
  const { status, body } = await ask(look)
  const { accessId, record, ledgerIndex } = body as { accessId: string; record: object; ledgerIndex: number }
  assert.equal(status, 200)
  assert.deepEqual(record, {
    lastName: 'Template',
    unspentConvictions: [
      {
        date: '2026-04-10',
        offence: 'Driving with alcohol level above limit',
        court: 'Exampleton Magistrates',
        disposal: 'fine',
        months: null,
      },
    ],
  })
  const until = new Date(clock.now().getTime() + 30 * DAY_MS).toISOString()
  const hidden = await ask({ ...look, reference: 'case 8', hide: { until, reviewer: 'Exampleshire Magistrates' } })
  assert.equal(hidden.status, 200)

  const visitor = new Visitor(base)
  await visitor.signIn('dmitri-template', '/my')
  assert.match(await (await visitor.get('/my/history')).text(), /Nothing has happened/)
  assert.equal((await visitor.post('/my/connect/police-records', dmitri)).status, 303)
  const page = await (await visitor.get('/my/history')).text()
  assert.match(page, /Exampleshire Police, their reference case 7/)
  assert.match(page, /convictions that are not spent<\/td><td>Investigating a crime \(public task\)/)
  assert.match(page, /The law keeps 1 look at somebody/)
  assert.doesNotMatch(page, /case 8|PC Canary/)
  const { entries } = (await (await visitor.get('/me/access-history')).json()) as { entries: Array<{ id: string; ledgerIndex: number }> }
  assert.deepEqual(
    entries.map(({ id, ledgerIndex }) => [id, ledgerIndex]),
    [[accessId, ledgerIndex]],
  )
  assert.equal((await visitor.get(`/my/history/${(hidden.body as { accessId: string }).accessId}`)).status, 404)
  assert.deepEqual(await (await fetch(`${base}/ledger/hidden`)).json(), { hidden: 1, nextRevealed: until })
  assert.match(await (await fetch(`${base}/ledger`, { headers: { accept: 'text/html' } })).text(), /The law hides 1 look/)

  // Whoever erases what is kept of them does not erase what holds others to account.
  assert.equal((await visitor.post('/my/erase', { confirm: 'yes' })).status, 200)
  clock.advance(30 * DAY_MS + 1000)
  await visitor.signIn('dmitri-template', '/my')
  await visitor.post('/my/connect/police-records', dmitri)
  const revealed = await (await visitor.get('/my/history')).text()
  assert.match(revealed, /their reference case 7/)
  assert.match(revealed, /their reference case 8/)
  assert.match(revealed, /Hidden until [^<]*, reviewed by Exampleshire Magistrates/)
  assert.deepEqual(await (await fetch(`${base}/ledger/hidden`)).json(), { hidden: 0, nextRevealed: null })
  const proof = await visitor.get(`/me/access-history/${(hidden.body as { accessId: string }).accessId}/proof`)
  assert.equal(verifyEventProof((await proof.json()) as never, sixteen.consent.ledger.verifierKey).holds, true)
})

test('nobody sees a record by law without a law, a reason and the say-so of its publisher', async (t) => {
  const { sixteen, ask, application } = await force(t)
  const refused = async (how: (body: object) => Promise<{ status: number; body: never }>, body: object) => {
    const answer = await how(body)
    return `${answer.status} ${(answer.body as { code: string }).code}`
  }
  const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString()
  const reviewer = 'Exampleshire Magistrates'
  const cases: Array<[string, typeof ask, object, string]> = [
    ['a purpose of consent', ask, { ...look, purpose: 'basic-check', fields: ['lastName'] }, '403 lawful-access-refused'],
    ['an unknown purpose', ask, { ...look, purpose: 'gossip' }, '400 purpose-not-allowed'],
    ['a field of no purpose', ask, { ...look, fields: ['tribe'] }, '400 fields-not-allowed'],
    ['no case', ask, { ...look, reference: '' }, '400 parameter-invalid'],
    ['no officer', ask, { ...look, user: undefined }, '400 parameter-invalid'],
    ['another claim', ask, { ...look, record: { ...dmitri, tribe: 'x' } }, '400 parameter-invalid'],
    ['half the claims', ask, { ...look, record: { recordNumber: dmitri.recordNumber } }, '404 record-not-found'],
    ['nobody', ask, { ...look, record: { ...dmitri, dateOfBirth: '1979-01-21' } }, '404 record-not-found'],
    [
      'hidden where that is not allowed',
      ask,
      { ...look, purpose: 'firearms-licensing', fields: ['lastName'], hide: { until: inDays(3), reviewer } },
      '403 lawful-access-refused',
    ],
    ['hidden for too long', ask, { ...look, hide: { until: inDays(366), reviewer } }, '403 lawful-access-refused'],
    ['hidden until yesterday', ask, { ...look, hide: { until: inDays(-1), reviewer } }, '403 lawful-access-refused'],
    ['hidden without end', ask, { ...look, hide: { until: 'never', reviewer } }, '403 lawful-access-refused'],
    ['hidden without review', ask, { ...look, hide: { until: inDays(3), reviewer: '' } }, '400 parameter-invalid'],
    ['an employer', application('employer', 'live', true), look, '403 lawful-access-refused'],
    ['an application on trial', application('police-force', 'sandbox', true), look, '403 lawful-access-refused'],
    ['an application that waits for a decision', application('police-force', 'live', false), look, '403 lawful-access-refused'],
  ]
  for (const [what, how, body, expected] of cases) assert.equal(await refused(how, body), expected, what)
  const { size } = sixteen.consent.ledger.checkpoint()!
  const events = Array.from({ length: size }, (_, place) => sixteen.consent.ledger.events.eventAt(place)!)
  assert.deepEqual(
    events.map(({ kind, subject }) => [kind, subject]),
    [
      ['refusal', null],
      ['refusal', null],
    ],
    'every search that found nobody is recorded',
  )
})

test('nobody is asked to agree to what a law decides, and what is spent stays out of a basic check', async (t) => {
  const folder = join(import.meta.dirname, '../../src/profiles/police-records/fixtures/drop')
  const bench = await consentBench(t, { services: [policeService(policeSource(folder, () => '2026-11-24'))] })
  const { consent, send, clock } = bench
  consent.links.link('asha', 'police-records', '09/000002B', clock.now().toISOString())
  const code = (purpose: string, fields: string[]) => send(asha, 'POST', '/me/share-codes', { dataset: 'police-records', purpose, fields })
  const byLaw = await code('crime-investigation', ['lastName'])
  assert.deepEqual([byLaw.status, (byLaw.body as { code: string }).code], [400, 'purpose-not-allowed'])
  const spent = await code('basic-check', ['convictions'])
  assert.deepEqual([spent.status, (spent.body as { code: string }).code], [400, 'fields-not-allowed'])
  const made = await code('basic-check', ['lastName', 'nothingUnspent', 'unspentConvictions'])
  const redeemed = await send(nobody, 'POST', '/share-codes/redeem', {
    code: (made.body as { code: string }).code,
    factor: '1968-11-02',
  })
  assert.deepEqual((redeemed.body as { record: object }).record, { lastName: 'Sample', nothingUnspent: true, unspentConvictions: [] })
})
