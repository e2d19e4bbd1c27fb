import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newSixteen } from '../support/sixteen.ts'

test('a series is made by its publisher, holds what says so of itself, and is linked data and a page', async (t) => {
  const sixteen = await newSixteen(t, { baseUrl: 'https://data.example' })
  const app = await sixteen.app()
  await sixteen.catalogue.createPublisher({ name: 'treasury', title: 'HM Treasury', parent: 'cabinet-office' })
  const { secret } = await sixteen.access.createToken('treasury', 'test')
  const { secret: other } = await sixteen.access.createToken('cabinet-office', 'test')
  const send = (method: 'PUT' | 'DELETE', token: string, payload?: object) =>
    app.inject({ method, url: '/v1/series/spend', headers: { authorization: `Bearer ${token}` }, ...(payload && { payload }) })
  const series = { title: 'Spend', description: 'Each month.', publisher: 'treasury' }
  assert.equal((await send('PUT', secret, series)).statusCode, 200)
  assert.equal((await send('PUT', other, { ...series, publisher: 'cabinet-office' })).statusCode, 403)
  for (const month of ['04', '05'])
    await sixteen.catalogue.createDataset({
      name: `spend-${month}`,
      title: `Spend ${month}`,
      publisher: 'treasury',
      inSeries: ['spend'],
      temporal: { start: `2026-${month}-01` },
      ...(month === '04' && { state: 'draft' }),
    })
  const shown = (await app.inject('/v1/series/spend')).json<{ members: string[]; datasets: number }>()
  assert.deepEqual([shown.members, shown.datasets], [['spend-05'], 1], 'a draft is counted for nobody but its publisher')
  const turtle = (await app.inject('/datasets/spend-05.ttl')).body
  assert.match(turtle, /dcat:inSeries <https:\/\/data\.example\/series\/spend>/)
  assert.match(turtle, /<https:\/\/data\.example\/series\/spend> a dcat:DatasetSeries/)
  const page = async (url: string) => (await app.inject({ url, headers: { accept: 'text/html' } })).body
  assert.match(await page('/series/spend'), /Spend 05/)
  assert.match(await page('/datasets/spend-05'), /href="\/series\/spend">Spend</)
  assert.match(
    await page('/publishers/cabinet-office'),
    /Belonging to it<\/dt><dd><a class="govuk-link" href="\/publishers\/treasury">HM Treasury/,
  )
  assert.equal((await send('DELETE', secret)).statusCode, 204)
  assert.equal((await app.inject('/v1/series/spend')).json<{ code: string }>().code, 'series-not-found')
  assert.doesNotMatch((await app.inject('/datasets/spend-05.ttl')).body, /inSeries/)
})
