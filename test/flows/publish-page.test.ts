import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { newSixteen } from '../support/sixteen.ts'

const csv = 'Spend in May,,\n,,\nSupplier,Paid,Amount\nAcme,03/04/2012,"1,234.50"\nBeta,05/06/2012,N/A\nTotal,,1234.50\n'

async function serve(t: TestContext) {
  const sixteen = await newSixteen(t)
  const address = await sixteen.listen()
  const { secret } = await sixteen.access.createToken('cabinet-office', 'test')
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${address}${path}`, { redirect: 'manual', ...init, headers: { accept: 'text/html', ...init.headers } })
  const send = (token: string, content = csv, dataset = '') => {
    const form = new FormData()
    form.set('token', token)
    form.set('dataset', dataset)
    form.set('file', new File([content], 'may.csv'))
    return ask('/publish', { method: 'POST', body: form })
  }
  return { sixteen, ask, send, secret }
}

test('a file sent to the page is checked, changed and only then published', async (t) => {
  const { sixteen, ask, send, secret } = await serve(t)
  assert.match(await (await ask('/publish')).text(), /enctype="multipart\/form-data"/)
  const sent = await send(secret)
  assert.equal(sent.status, 303)
  const draft = sent.headers.get('location') ?? ''
  const page = await (await ask(draft)).text()
  for (const words of [
    '2 rows, 3 columns',
    'Not public.',
    'Acme',
    '1234.5',
    'the row above it holds too few cells',
    'line 6: Total | 1234.50',
    'marker',
    'please check, 70 %',
  ])
    assert.ok(page.includes(words), words)
  assert.deepEqual((await sixteen.catalogue.search({})).total, 0)

  const changed = `${draft}?type=${encodeURIComponent('Paid=date:mdy')}&ignoreRows=5`
  const again = await (await ask(changed)).text()
  assert.ok(again.includes('1 row, 3 columns') && again.includes('2012-03-04'))

  const refused = await ask(changed, { method: 'POST', body: new URLSearchParams({ title: 'Spend', token: 'wrong' }) })
  assert.equal(refused.status, 401)
  assert.match(await refused.text(), /There is a problem.*No live token has this secret/s)
  const published = await ask(changed, { method: 'POST', body: new URLSearchParams({ title: 'Spend', token: secret }) })
  assert.deepEqual([published.status, published.headers.get('location')], [303, '/datasets/cabinet-office-spend/versions/1.0.0'])
  const { records, manifest } = await sixteen.datastore.page('cabinet-office-spend', { sort: [] })
  assert.deepEqual(records, [{ Supplier: 'Acme', Paid: '2012-03-04', Amount: 1234.5 }])
  assert.deepEqual(manifest.recipe, { types: { Paid: 'date' }, dateOrders: { Paid: 'mdy' } })
  assert.equal((await ask(draft)).status, 404)

  const next = await send(secret, csv.replace('May', 'June'), 'cabinet-office-spend')
  const second = await (await ask(next.headers.get('location') ?? '')).text()
  assert.ok(second.includes('2012-03-04') && second.includes('kept from what the publisher chose'))
})

test('nobody without a token of the publisher leaves a file here', async (t) => {
  const { sixteen, send, secret } = await serve(t)
  for (const [token, words] of [
    ['', 'Type your publisher’s token'],
    ['nothing', 'No live token has this secret'],
  ] as const) {
    const refused = await send(token)
    assert.equal(refused.status, 401)
    assert.ok((await refused.text()).includes(words))
  }
  await sixteen.catalogue.createPublisher({ name: 'home-office', title: 'Home Office' })
  await sixteen.catalogue.createDataset({ name: 'theirs', title: 'Theirs', publisher: 'home-office' })
  assert.equal((await send(secret, csv, 'theirs')).status, 403)
})

test('a file that is no table says what it is, and a choice that fits nothing says so beside the form', async (t) => {
  const { ask, send, secret } = await serve(t)
  const pdf = (await send(secret, '%PDF-1.4 ...')).headers.get('location') ?? ''
  const page = await ask(pdf)
  assert.equal(page.status, 422)
  assert.match(await page.text(), /There is a problem.*PDF document/s)
  const draft = (await send(secret)).headers.get('location') ?? ''
  const odd = await ask(`${draft}?headerRow=first`)
  assert.equal(odd.status, 400)
  assert.match(await odd.text(), /is no number of a line.*value="first"/s)
})
