import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newSixteen, publishText } from '../support/sixteen.ts'

test('a history names the publisher behind a token, whichever face it came through', async (t) => {
  const sixteen = await newSixteen(t)
  const app = await sixteen.app()
  const { secret } = await sixteen.access.createToken('cabinet-office', 'test')
  const own = { authorization: `Bearer ${secret}` }
  const made = await app.inject({
    method: 'POST',
    url: '/v1/datasets',
    headers: own,
    payload: { name: 'spend', title: 'Spend', publisher: 'cabinet-office' },
  })
  assert.equal(made.statusCode, 201)
  const patched = await app.inject({
    method: 'POST',
    url: '/api/3/action/package_patch',
    headers: { authorization: secret },
    payload: { id: 'spend', title: 'Spending' },
  })
  assert.equal(patched.statusCode, 200)
  const upload = await app.inject({
    method: 'POST',
    url: '/v1/datasets/spend/versions?filename=a.csv',
    headers: { ...own, 'content-type': 'text/csv' },
    payload: 'a,b\n1,2\n',
  })
  assert.ok(upload.statusCode < 300, upload.body)
  await publishText(sixteen, 'spend', 'a,b\n1,3\n')
  const { changes } = (await app.inject('/v1/datasets/spend/history')).json<{ changes: Array<{ actor: string; what: string }> }>()
  assert.deepEqual(
    changes.map(({ actor, what }) => [what, actor]),
    [
      ['version', 'server'],
      ['version', 'cabinet-office'],
      ['changed', 'cabinet-office'],
      ['made', 'cabinet-office'],
    ],
  )
  const page = await app.inject({ url: '/datasets/spend/history', headers: { accept: 'text/html' } })
  assert.match(page.body, /<del>Spend<\/del> <ins>Spending<\/ins>/)
  assert.equal((await app.inject('/v1/datasets/spend?asOf=2020-01-01')).json<{ code: string }>().code, 'dataset-not-found')
  assert.equal((await app.inject('/v1/datasets/spend?asOf=2099-01-01')).json<{ title: string }>().title, 'Spending')
  assert.equal((await app.inject('/v1/publishers/cabinet-office?asOf=2099-01-01')).json<{ title: string }>().title, 'Cabinet Office')
})
