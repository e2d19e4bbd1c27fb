import assert from 'node:assert/strict'
import { createPublicKey, hash, verify } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { newCode } from '../../src/core/access/codes/format.ts'
import type { Actor } from '../../src/core/access/index.ts'
import { asha, bryn, type ConsentBench, consentBench, DAY_MS, nobody } from '../support/consent.ts'

const wanted = { dataset: 'driving-licence', fields: ['lastName', 'entitledToDrive(B)', 'pointsAtMost(2)'], purpose: 'vehicle-hire' }
const FACTOR = '141a 99XA' // the last eight of an invented number, as somebody types it with a space

interface Made {
  id: string
  code: string
  displayCode: string
  expiresAt: string
  grant: { id: string }
}

async function makeCode({ send }: ConsentBench, more: object = {}): Promise<Made> {
  const { status, body } = await send(asha, 'POST', '/me/share-codes', { ...wanted, ...more })
  assert.equal(status, 201)
  return body
}

const redeem = (bench: ConsentBench, code: string, more: object = {}, who: Actor = nobody) =>
  bench.send(who, 'POST', '/share-codes/redeem', { code, factor: FACTOR, ...more })

/** A refusal without what is different in every answer. */
const plain = ({ status, body }: { status: number; body: object }) => ({ status, ...body, instance: '' })

test('a code shows a checker what the driver chose, once, and the driver sees who looked', async (t) => {
  const bench = await consentBench(t)
  const made = await makeCode(bench, { recipientHint: 'Quick Vans' })
  assert.match(made.displayCode, /^H-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/)
  assert.equal(made.expiresAt, '2026-12-15T12:00:00.000Z')

  const { status, body } = await redeem(bench, made.displayCode.toLowerCase(), { organisation: 'Quick Vans', reference: 'hire 17' })
  assert.equal(status, 200)
  const { accessId, signed, ...rest } = body as { accessId: string; signed: string; record: object }
  assert.deepEqual(rest, {
    dataset: 'driving-licence',
    purpose: 'vehicle-hire',
    at: '2026-11-24T12:00:00.000Z',
    record: { lastName: 'Example', 'entitledToDrive(B)': true, 'pointsAtMost(2)': false },
    ledgerIndex: 1,
  })
  const [header, payload, signature] = signed.split('.')
  const { keys } = (await bench.send(nobody, 'GET', '/ledger/keys')).body as { keys: Array<Record<string, string>> }
  const key = createPublicKey({ key: keys[0]!, format: 'jwk' })
  assert.ok(verify(null, Buffer.from(`${header}.${payload}`), key, Buffer.from(signature!, 'base64url')))
  assert.deepEqual(JSON.parse(Buffer.from(payload!, 'base64url').toString()), {
    iss: 'https://sixteen.test',
    iat: 1795521600,
    accessId,
    ...rest,
  })

  assert.equal((await redeem(bench, made.code)).status, 404)
  const { entries } = (await bench.send(asha, 'GET', '/me/access-history')).body as { entries: object[] }
  const shared = {
    dataset: 'driving-licence',
    title: 'Driving licence',
    purpose: 'vehicle-hire',
    purposeLabel: 'Hiring a vehicle',
    basis: 'consent',
    grant: made.grant.id,
    at: '2026-11-24T12:00:00.000Z',
    system: null,
    hiddenUntil: null,
    reviewer: null,
  }
  const chosen = {
    fields: ['lastName', 'entitledToDrive(B)', 'pointsAtMost(2)'],
    labels: ['last name', 'whether you can drive a vehicle of category B', 'whether you have 2 penalty points or fewer'],
  }
  const nothing = { fields: [], labels: [], responseSha256: null }
  assert.deepEqual(
    entries.map((entry) => ({ ...entry, id: '' })),
    [
      { ...shared, ...nothing, kind: 'refusal', outcome: 'code-not-live', organisation: null, reference: null, ledgerIndex: 2, id: '' },
      {
        ...shared,
        ...chosen,
        kind: 'disclosure',
        outcome: 'disclosed',
        organisation: 'Quick Vans (not checked)',
        reference: 'hire 17',
        responseSha256: hash('sha256', JSON.stringify(rest.record)),
        ledgerIndex: 1,
        id: '',
      },
      {
        ...shared,
        ...chosen,
        kind: 'grant',
        outcome: 'granted',
        organisation: 'Quick Vans',
        reference: null,
        responseSha256: null,
        ledgerIndex: 0,
        id: '',
      },
    ],
  )
  assert.deepEqual((await bench.send(bryn, 'GET', '/me/access-history')).body, { entries: [], next: null })
})

test('a refusal is the same whether the code is unknown, used, stopped, too old, for another purpose or without its factor', async (t) => {
  const bench = await consentBench(t)
  const used = await makeCode(bench)
  await redeem(bench, used.code)
  const stopped = await makeCode(bench)
  assert.equal((await bench.send(asha, 'DELETE', `/me/share-codes/${stopped.id}`)).status, 204)
  const live = await makeCode(bench)
  const refusals = [
    await redeem(bench, newCode('H')),
    await redeem(bench, used.code),
    await redeem(bench, stopped.code),
    await redeem(bench, live.code, { purpose: 'insurance-quote' }),
    await redeem(bench, live.code, { factor: '00000000' }),
  ]
  bench.clock.advance(22 * DAY_MS)
  refusals.push(await redeem(bench, live.code))
  for (const refusal of refusals) assert.deepEqual(plain(refusal), plain(refusals[0]!))
  assert.deepEqual(plain(refusals[0]!), {
    status: 404,
    type: 'https://sixteen.test/docs/problems#share-code-refused',
    title: 'The code is refused',
    code: 'share-code-refused',
    detail: 'The code is not right, not live any more, or what must be known beside it is not right.',
    instance: '',
  })
})

test('a slip of the pen is told from a wrong code and costs no attempt', async (t) => {
  const bench = await consentBench(t, { limits: { addressPerMinute: 1, organisationPerMinute: 1, refusalsPerSecond: 100 } })
  const { code } = await makeCode(bench)
  const slip = `${code.slice(0, 5)}${code[5] === '7' ? '8' : '7'}${code.slice(6)}`
  for (let tries = 0; tries < 3; tries += 1) assert.equal((await redeem(bench, slip)).status, 400)
  assert.equal((await redeem(bench, code)).status, 200)
  const over = await redeem(bench, code)
  assert.deepEqual([over.status, (over.body as { retryAfter: number }).retryAfter], [429, 60])
})

test('five wrong factors burn a code, and the driver is told', async (t) => {
  const bench = await consentBench(t)
  const { code } = await makeCode(bench)
  for (let tries = 0; tries < 5; tries += 1) assert.equal((await redeem(bench, code, { factor: `0000000${tries}` })).status, 404)
  assert.equal((await redeem(bench, code)).status, 404)
  const { entries } = (await bench.send(asha, 'GET', '/me/access-history')).body as { entries: Array<{ kind: string; outcome: string }> }
  assert.deepEqual(
    entries.map(({ kind, outcome }) => `${kind} ${outcome}`),
    ['refusal code-not-live', 'code-burnt five-wrong-factors', ...Array.from({ length: 5 }, () => 'refusal wrong-factor'), 'grant granted'],
  )
  const { codes } = (await bench.send(asha, 'GET', '/me/share-codes')).body as { codes: Array<{ burnt: boolean; wrongFactors: number }> }
  assert.deepEqual([codes[0]!.burnt, codes[0]!.wrongFactors], [true, 5])
})

test('of many who use a code at one time, one gets the record', async (t) => {
  const bench = await consentBench(t)
  const { code } = await makeCode(bench)
  const answers = await Promise.all(Array.from({ length: 40 }, () => redeem(bench, code)))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array.from({ length: 39 }, () => 404)])
})

async function granted({ consent, clock }: ConsentBench, subject = 'asha', fields = ['licenceStatus', 'penaltyPoints']) {
  return consent.grants.create({
    subject,
    actingFor: null,
    recipient: 'Parcel Co',
    client: 'parcels-app',
    dataset: 'driving-licence',
    fields,
    purpose: 'employment-check',
    basis: 'consent',
    maxUses: null,
    cadence: 'P1M',
    notBefore: clock.now().toISOString(),
    expiresAt: new Date(clock.now().getTime() + 90 * DAY_MS).toISOString(),
    createdVia: 'oauth',
    evidenceSha256: '0'.repeat(64),
  })
}
const app = (grant?: string): Actor => ({ kind: 'client', client: 'parcels-app', organisation: 'parcels', ...(grant && { grant }) })
const RETRIEVE = '/records/driving-licence/v1/retrieve'

test('an application retrieves what was granted and nothing else, until the driver stops it', async (t) => {
  const bench = await consentBench(t)
  const { id } = await granted(bench)
  const first = await bench.send(app(id), 'POST', RETRIEVE, { reference: 'driver 4' })
  assert.equal(first.status, 200)
  assert.deepEqual((first.body as { record: object }).record, { licenceStatus: 'valid', penaltyPoints: 3 })
  const less = await bench.send(app(id), 'POST', RETRIEVE, { fields: ['penaltyPoints'] })
  assert.deepEqual((less.body as { record: object }).record, { penaltyPoints: 3 })
  const more = await bench.send(app(id), 'POST', RETRIEVE, { fields: ['penaltyPoints', 'endorsements'] })
  assert.deepEqual(
    [more.status, (more.body as { code: string }).code, (more.body as { allowed: string[] }).allowed],
    [403, 'fields-not-granted', ['licenceStatus', 'penaltyPoints']],
  )
  const stopped = await bench.send(asha, 'POST', `/me/grants/${id}/revoke`, {})
  assert.equal((stopped.body as { state: string }).state, 'revoked')
  const after = await bench.send(app(id), 'POST', RETRIEVE, {})
  assert.deepEqual([after.status, (after.body as { code: string }).code], [403, 'grant-not-live'])
  const { entries } = (await bench.send(asha, 'GET', '/me/access-history')).body as {
    entries: Array<{ outcome: string; organisation: string }>
  }
  assert.deepEqual(
    entries.map(({ outcome, organisation }) => `${organisation}: ${outcome}`),
    [
      'The parcels: grant-not-live',
      'Parcel Co: revoked',
      'The parcels: fields-not-granted',
      'The parcels: disclosed',
      'The parcels: disclosed',
      'Parcel Co: granted',
    ],
  )
})

test('a grant of another application, person or record is no grant', async (t) => {
  const bench = await consentBench(t)
  const { id } = await granted(bench)
  const other: Actor = { kind: 'client', client: 'other-app', organisation: 'others', grant: id }
  for (const [who, url, body] of [
    [other, RETRIEVE, {}],
    [app('01arz3ndektsv4rrffq69g5fav'), RETRIEVE, {}],
    [app(id), RETRIEVE, { grant: '01arz3ndektsv4rrffq69g5fav' }],
  ] as const) {
    const { status, body: answer } = await bench.send(who, 'POST', url, body)
    assert.deepEqual([status, (answer as { code: string }).code], [404, 'grant-not-found'])
  }
  assert.equal((await bench.send(bryn, 'POST', `/me/grants/${id}/revoke`, {})).status, 404)
  assert.equal((await bench.send(bryn, 'GET', `/me/receipts/${id}`)).status, 404)
  assert.equal((await bench.send(nobody, 'POST', RETRIEVE, {})).status, 401)
  assert.equal((await bench.send(asha, 'POST', RETRIEVE, {})).status, 401)
  assert.equal((await bench.send(app(id), 'GET', '/me/grants')).status, 401)
})

test('a periodic check takes several grants at once, each with its own answer, and a feed says whose record changed', async (t) => {
  const bench = await consentBench(t)
  const ours = [await granted(bench), await granted(bench, 'bryn')]
  const { id: gone } = await granted(bench)
  await bench.consent.grants.revoke(gone, 'asha', null)
  const { status, body } = await bench.send(app(), 'POST', '/records/driving-licence/v1/batch', {
    grantIds: [...ours.map(({ id }) => id), gone],
  })
  assert.equal(status, 200)
  const { results } = body as { results: Array<{ given?: { record: object }; problem?: { code: string } }> }
  assert.deepEqual(
    results.map(({ given, problem }) => given?.record ?? problem?.code),
    [{ licenceStatus: 'valid', penaltyPoints: 3 }, { licenceStatus: 'valid', penaltyPoints: 11 }, 'grant-not-live'],
  )
  const feed = async (since: string) =>
    (await bench.send(app(), 'GET', `/records/driving-licence/v1/changes?since=${since}`)).body as { changes: Array<{ grant: string }> }
  assert.deepEqual((await feed('2026-11-20')).changes.length, 2)
  bench.clock.advance(DAY_MS)
  assert.deepEqual((await feed('2026-11-25')).changes, [])
})

async function historyPages(t: TestContext) {
  const bench = await consentBench(t)
  const { id } = await granted(bench)
  for (let times = 0; times < 5; times += 1) await bench.send(app(id), 'POST', RETRIEVE, {})
  return bench
}

test('history is read in pages that neither skip nor repeat', async (t) => {
  const bench = await historyPages(t)
  const places: number[] = []
  let cursor = ''
  do {
    const { body } = await bench.send(asha, 'GET', `/me/access-history?limit=4${cursor && `&cursor=${cursor}`}`)
    const page = body as { entries: Array<{ ledgerIndex: number }>; next: string | null }
    places.push(...page.entries.map(({ ledgerIndex }) => ledgerIndex))
    cursor = page.next ?? ''
  } while (cursor)
  assert.deepEqual(places, [5, 4, 3, 2, 1, 0])
})
