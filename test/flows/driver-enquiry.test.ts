import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { Application, callback } from '../support/application.ts'
import { newSixteen } from '../support/sixteen.ts'
import { Visitor } from '../support/visitor.ts'

const path = '/full-driver-enquiry/v1/driving-licences/retrieve'
const asha = 'EXAMP953141A99XA'
const bryn = 'SAMPL611028B99XB'

/** An insurer's application, and a driver who is signed in and has connected a licence. */
async function insurer(t: TestContext) {
  const sixteen = await newSixteen(t, { profiles: 'driving-licence' })
  const base = await sixteen.listen()
  const { organisations, clients, people } = sixteen.access
  const developer = people.welcome({ issuer: `${base}/development-identity`, subject: 'bryn-sample', name: 'Bryn Sample' })
  const { id: organisation } = organisations.create(developer.id, 'Fair Insurance', 'insurer')
  const client = clients.create({ organisation, name: 'Quote', environment: 'sandbox', redirectUris: [callback] })
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  clients.addKey(client.id, 'first', publicKey.export({ format: 'jwk' }))
  clients.subscribe(client.id, 'driving-licence', true, null)
  const application = new Application(base, client.id, privateKey)
  const driver = new Visitor(base)
  await driver.signIn('asha-example', '/my')
  await driver.post('/my/connect/driving-licence', { driverNumber: asha, postcode: 'ZZ1 1AA' })
  const obtain = async (fields: string[]) => {
    const details = JSON.stringify([{ type: 'driving-licence', purpose: 'insurance-quote', fields }])
    const answer = await application.consent(driver, fields, { authorization_details: details })
    const redeemed = await application.redeem(answer.searchParams.get('code') ?? '')
    return ((await redeemed.json()) as { access_token: string }).access_token
  }
  const enquire = async (token: string, body: object) => {
    const answer = await application.call(path, token, { method: 'POST', body })
    return { status: answer.status, body: (await answer.json()) as { errors?: Array<{ status: string; code: string; title: string }> } }
  }
  const entries = async () => {
    const history = await driver.get('/me/access-history', { accept: 'application/json' })
    const { entries: all } = (await history.json()) as { entries: Array<{ kind: string; outcome: string; fields: string[] }> }
    return all.filter(({ kind }) => kind !== 'grant').map(({ kind, outcome, fields }) => ({ kind, outcome, fields }))
  }
  return { base, driver, obtain, enquire, entries }
}

test('a client of the full driver enquiry gets what was granted, in that shape, and the driver sees it', async (t) => {
  const { obtain, enquire, entries } = await insurer(t)
  const token = await obtain(['driverNumber', 'lastName', 'licenceType', 'endorsements', 'entitledToDrive(B)'])
  const whole = { drivingLicenceNumber: 'examp953141 a99xa', includeCPC: true, includeTacho: true, acceptPartialResponse: true }
  const expected = {
    driver: { drivingLicenceNumber: asha, lastName: 'Example' },
    licence: { type: 'Full' },
    endorsements: [
      {
        offenceCode: 'SP30',
        offenceLegalLiteral: 'Exceeding statutory speed limit on a public road',
        offenceDate: '2025-02-08',
        convictionDate: '2025-04-19',
        penaltyPoints: 3,
        fine: 100,
        expiryDate: '2029-02-08',
      },
    ],
  }
  assert.deepEqual(await enquire(token, whole), { status: 200, body: expected })
  const fields = ['driverNumber', 'lastName', 'licenceType', 'endorsements']
  assert.deepEqual(await entries(), [{ kind: 'disclosure', outcome: 'disclosed', fields }])
})

test('every refusal of the enquiry has the form its clients know, and another number tells nothing', async (t) => {
  const { base, driver, obtain, enquire, entries } = await insurer(t)
  const headers = { 'content-type': 'application/json' }
  const bare = await fetch(base + path, { method: 'POST', headers, body: JSON.stringify({ drivingLicenceNumber: asha }) })
  assert.deepEqual([bare.status, await bare.json()], [401, { message: 'Unauthorized' }])

  const narrow = await obtain(['lastName'])
  assert.deepEqual(await enquire(narrow, { drivingLicenceNumber: asha }), { status: 403, body: { message: 'Forbidden' } })

  const token = await obtain(['driverNumber', 'lastName'])
  for (const body of [{}, { drivingLicenceNumber: 7, extra: 1 }, { drivingLicenceNumber: asha, includeCPC: 'perhaps' }]) {
    const { status, body: told } = await enquire(token, body)
    assert.deepEqual([status, told.errors?.map(({ status: s, title }) => [s, title])], [400, [['400', 'Bad Request']]])
  }
  const others = [await enquire(token, { drivingLicenceNumber: bryn }), await enquire(token, { drivingLicenceNumber: 'NOBOD953141A99XA' })]
  assert.deepEqual(others[0], others[1])
  assert.deepEqual([others[0]!.status, others[0]!.body.errors?.map(({ code }) => code)], [404, ['record-not-found']])
  assert.equal((await enquire(token, { drivingLicenceNumber: asha, includeTacho: true })).status, 404)

  const grants = (await (await driver.get('/me/grants', { accept: 'application/json' })).json()) as { grants: Array<{ id: string }> }
  for (const { id } of grants.grants) await driver.post('/my/stop', { grant: id })
  assert.deepEqual(await enquire(token, { drivingLicenceNumber: asha }), { status: 401, body: { message: 'Unauthorized' } })
  assert.deepEqual(
    (await entries()).filter(({ kind }) => kind === 'refusal').map(({ outcome }) => outcome),
    ['other-record', 'other-record', 'fields-not-granted'],
  )
  assert.equal(
    (await entries()).some(({ kind }) => kind === 'disclosure'),
    false,
  )
})
