import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { verifyLedger } from '../../src/core/access/ledger/verify.ts'
import { asha, bryn, type ConsentBench, consentBench, exampleGrant, nobody } from '../support/consent.ts'
import { newSixteen } from '../support/sixteen.ts'
import { Visitor } from '../support/visitor.ts'

const share = {
  dataset: 'driving-licence',
  fields: ['lastName'],
  purpose: 'vehicle-hire',
  recipientHint: 'Canary Vans',
  uses: 3,
  days: 7,
}

/** Codes of two people, one of them used. */
async function shared(t: TestContext) {
  const bench = await consentBench(t)
  const made = (await bench.send(asha, 'POST', '/me/share-codes', share)).body as { code: string }
  await bench.send(bryn, 'POST', '/me/share-codes', { ...share, recipientHint: 'Other Vans' })
  const redeem = () =>
    bench.send(nobody, 'POST', '/share-codes/redeem', { code: made.code, factor: '141A99XA', reference: 'Canary Reference' })
  assert.equal((await redeem()).status, 200)
  return { ...bench, redeem }
}

async function bytesOf({ folder }: ConsentBench): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.startsWith('consent.sqlite'))
  return (await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')))).join('')
}

test('what is kept of a person is erased from the files, and the log stays as it was signed', async (t) => {
  const bench = await shared(t)
  const { consent, send, redeem } = bench
  const before = verifyLedger(consent.ledger)
  for (const canary of ['Canary Vans', 'Canary Reference', 'EXAMP953141A99XA']) assert.ok((await bytesOf(bench)).includes(canary), canary)

  assert.equal((await send(asha, 'POST', '/me/erase', {})).status, 400)
  assert.equal((await send(nobody, 'POST', '/me/erase', { confirm: true })).status, 401)
  const erased = await send(asha, 'POST', '/me/erase', { confirm: true })
  assert.deepEqual([erased.status, erased.body], [200, { at: '2026-11-24T12:00:00.000Z', ledgerIndex: 3, entries: 2, grants: 1 }])

  const bytes = await bytesOf(bench)
  for (const canary of ['Canary Vans', 'Canary Reference', 'EXAMP953141A99XA']) assert.ok(!bytes.includes(canary), canary)
  assert.ok(bytes.includes('Other Vans'), 'of somebody else nothing is erased')
  assert.deepEqual(verifyLedger(consent.ledger, before), { holds: true, size: 4, root: verifyLedger(consent.ledger).root })
  assert.deepEqual((await send(asha, 'GET', '/me/grants')).body, { grants: [] })
  const { entries } = (await send(asha, 'GET', '/me/access-history')).body as { entries: Array<{ kind: string }> }
  assert.deepEqual(
    entries.map(({ kind }) => kind),
    ['erasure'],
  )
  assert.equal((await redeem()).status, 404, 'a code of what was erased is dead')
  assert.equal(((await send(bryn, 'GET', '/me/grants')).body as { grants: unknown[] }).grants.length, 1)
})

test('applications hear that what they were allowed has ended, and a retrieval under way gives nothing', async (t) => {
  const bench = await consentBench(t)
  const { consent } = bench
  const grant = await consent.grants.create(exampleGrant(bench))
  const caller = { client: 'app', organisation: 'app', organisationName: 'App' }
  const [underWay] = await Promise.allSettled([
    consent.records.retrieve('driving-licence', caller, { grant: grant.id }),
    consent.erasure.erase('asha'),
  ])
  assert.equal(underWay.status, 'rejected')
  await assert.rejects(consent.records.retrieve('driving-licence', caller, { grant: grant.id }), /no such grant/)
})

test('a person erases on a page, after saying that they mean it, without JavaScript', async (t) => {
  const sixteen = await newSixteen(t, { profiles: 'driving-licence' })
  const visitor = new Visitor(await sixteen.listen())
  await visitor.signIn('asha-example', '/my')
  await visitor.post('/my/connect/driving-licence', { driverNumber: 'EXAMP953141A99XA', postcode: 'ZZ1 1AA' })
  assert.match(await (await visitor.get('/my/erase')).text(), /Erase what is kept of you/)
  const asked = await visitor.post('/my/erase', {})
  assert.deepEqual([asked.status, /Tick that you mean it/.test(await asked.text())], [400, true])
  assert.equal((await visitor.post('/my/erase', { confirm: 'yes' }, { 'sec-fetch-site': 'cross-site' })).status, 403)
  assert.match(await (await visitor.post('/my/erase', { confirm: 'yes' })).text(), /What was kept of you is erased/)
  assert.match(await (await visitor.get('/my')).text(), /Connect<span/)
})
