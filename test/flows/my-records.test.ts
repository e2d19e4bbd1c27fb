import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { newSixteen } from '../support/sixteen.ts'
import { Visitor } from '../support/visitor.ts'

/** A server with the driving licence service, and a browser in which an invented driver is signed in. */
async function signedIn(t: TestContext) {
  const sixteen = await newSixteen(t, { profiles: 'driving-licence' })
  const base = await sixteen.listen()
  const visitor = new Visitor(base)
  const page = await visitor.signIn('asha-example', '/my')
  assert.equal(page.status, 200)
  return { sixteen, base, visitor }
}

const licence = { driverNumber: 'exam p953141 a99xa', postcode: 'zz11aa' }
const share = [
  ['purpose', 'vehicle-hire'],
  ['field', 'lastName'],
  ['field', 'entitledToDrive(B)'],
  ['pointsAtMost.points', '6'],
  ['recipient', 'Quick Vans'],
  ['days', '7'],
  ['uses', '1'],
] as Array<[string, string]>

test('a driver signs in, connects a licence, shares it by a code, and stops sharing, all without scripts', async (t) => {
  const { visitor, base } = await signedIn(t)
  assert.match(await (await visitor.get('/my')).text(), /Nobody has access to your records/)
  const wrong = await visitor.post('/my/connect/driving-licence', { ...licence, postcode: 'ZZ9 9ZZ' })
  assert.equal(wrong.status, 422)
  assert.match(await wrong.text(), /No record has all of this/)
  assert.equal((await visitor.post('/my/connect/driving-licence', licence)).headers.get('location'), '/my')

  assert.match(await (await visitor.get('/my/share/driving-licence')).text(), /Why do you want to share your driving licence\?/)
  assert.match(await (await visitor.get('/my/share/driving-licence?purpose=vehicle-hire')).text(), /value="entitledToDrive\(B\)" checked/)
  const tooLong = await visitor.post('/my/share/driving-licence', [...share.filter(([name]) => name !== 'days'), ['days', '99']])
  assert.equal(tooLong.status, 400)
  assert.match(await tooLong.text(), /allows 21 days at most/)
  const made = await visitor.post('/my/share/driving-licence', share)
  assert.equal(made.status, 200)
  const code = /share-code"[^>]*>([\w-]+)</.exec(await made.text())?.[1]

  const checker = new Visitor(base)
  assert.match(await (await checker.post('/check', { code: code! })).text(), /Last 8 characters of the driver number/)
  const refused = await checker.post('/check', { code: code!, factor: '12345678' })
  assert.deepEqual([refused.status, /We cannot show anything/.test(await refused.text())], [404, true])
  const seen = await checker.post('/check', { code: code!, factor: '141A99XA', organisation: 'Quick Vans', reference: 'van 3' })
  const shown = await seen.text()
  assert.equal(seen.status, 200)
  assert.match(shown, /Last name<\/dt><dd[^>]*>Example</)
  assert.match(shown, /Whether they can drive a vehicle of category B<\/dt><dd[^>]*>Yes</)
  assert.match(shown, /Whether they have 6 penalty points or fewer<\/dt><dd[^>]*>Yes</)
  assert.doesNotMatch(shown, /1991|SP30|EXAMP/)

  const history = await (await visitor.get('/my/history')).text()
  assert.match(history, /Quick Vans \(not checked\), their reference van 3/)
  const entry = /\/my\/history\/(\w+)/.exec(history)?.[1]
  assert.match(await (await visitor.get(`/my/history/${entry}`)).text(), /c2sp\.org\/tlog-proof@v1/)

  await visitor.post('/my/share/driving-licence', share)
  const grant = /name="grant" value="(\w+)"/.exec(await (await visitor.get('/my')).text())?.[1]
  assert.equal((await visitor.post('/my/stop', { grant: grant! })).status, 303)
  const after = await (await visitor.get('/my')).text()
  assert.match(after, /Nobody has access to your records/)
  assert.match(after, />stopped, /)
  assert.match(after, />used up, /)
})

test('another site cannot stop, share or connect in the name of who is signed in', async (t) => {
  const { visitor } = await signedIn(t)
  for (const path of ['/my/stop', '/my/share/driving-licence', '/my/connect/driving-licence'])
    for (const from of [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }])
      assert.equal((await visitor.post(path, { grant: 'x' }, from)).status, 403, path)
})

test('what is personal is asked of whoever is signed in, and kept by no cache', async (t) => {
  const { base, visitor } = await signedIn(t)
  const stranger = new Visitor(base)
  for (const path of ['/my', '/my/history', '/my/share/driving-licence'])
    assert.match((await stranger.get(path)).headers.get('location') ?? '', /^\/sign-in\?/)
  for (const path of ['/me/grants', '/me/access-history', '/me/export', '/me/share-codes', '/v2/findUsage']) {
    assert.equal((await fetch(base + path)).status, 401, path)
    const own = await visitor.get(path, { accept: 'application/json' })
    assert.deepEqual([own.status, own.headers.get('cache-control')], [200, 'no-store'], path)
  }
})

test('a driver takes everything away, with the proof of each entry', async (t) => {
  const { visitor } = await signedIn(t)
  await visitor.post('/my/connect/driving-licence', licence)
  await visitor.post('/my/share/driving-licence', share)
  const all = (await (await visitor.get('/me/export')).json()) as Record<string, unknown[]>
  assert.deepEqual(Object.keys(all), ['made', 'records', 'grants', 'receipts', 'shareCodes', 'history'])
  assert.deepEqual(
    [all.records!.length, all.grants!.length, all.receipts!.length, all.shareCodes!.length, all.history!.length],
    [1, 1, 1, 1, 1],
  )
  assert.match((all.history![0] as { proof: { proof: string } }).proof.proof, /^c2sp\.org\/tlog-proof@v1\nindex 0\n/)
  const sheet = Buffer.from(await (await visitor.get('/me/export.ods')).arrayBuffer())
  assert.equal(sheet.subarray(30, 38).toString(), 'mimetype')
  const usage = (await (await visitor.get('/v2/findUsage?userCode=me', { accept: 'application/json' })).json()) as object
  assert.deepEqual(usage, { totalUsages: 0, usages: [] })
})
