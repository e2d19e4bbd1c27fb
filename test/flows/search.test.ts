import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tellSearch } from '../../src/edge/found.ts'
import { newSixteen, publishText } from '../support/sixteen.ts'

test('a search is suggested, explained, narrowed by what other areas know, and followed as feeds', async (t) => {
  const sixteen = await newSixteen(t, { baseUrl: 'https://data.example' })
  const app = await sixteen.app()
  await publishText(sixteen, 'spend', 'town,amount\nYork,1\n')
  await sixteen.catalogue.updateDataset('spend', { title: 'Spending', publisher: 'cabinet-office', licence: 'ogl-uk-3.0' })
  await sixteen.catalogue.createDataset({ name: 'other', title: 'Other spending', publisher: 'cabinet-office' })
  await sixteen.quality.tend()
  await tellSearch(sixteen.catalogue, sixteen.quality, sixteen.nii)
  const ask = async <T>(path: string) => (await app.inject(path)).json<T>()
  type Answer = {
    datasets: Array<{ name: string; explanation?: { order: string } }>
    suggestion?: { text: string }
    facets: Record<string, unknown>
  }
  assert.deepEqual(
    (await ask<Answer>('/v1/search?openness=3')).datasets.map(({ name }) => name),
    ['spend'],
  )
  const found = await ask<Answer>('/v1/search?q=spendnig&explain=true&facets=all')
  assert.deepEqual([found.suggestion?.text, found.datasets.length, found.datasets[0]?.explanation?.order], ['spending', 2, 'relevance'])
  assert.deepEqual(Object.keys(found.facets), [
    'publisher',
    'format',
    'theme',
    'licence',
    'openness',
    'frequency',
    'nii',
    'spatial',
    'updated',
  ])
  const suggested = await ask<{ suggestions: Array<{ text: string }> }>('/v1/suggest?q=spen')
  assert.deepEqual(
    suggested.suggestions.map(({ text }) => text),
    ['Spending', 'Other spending', 'spending'],
  )
  const feed = await ask<{ feed_url: string; items: Array<{ url: string }> }>('/datasets.feed.json?q=spending&openness=3')
  assert.deepEqual(
    [feed.feed_url, feed.items.map(({ url }) => url)],
    ['https://data.example/datasets.feed.json?q=spending&openness=3', ['https://data.example/datasets/spend']],
  )
  assert.equal((await app.inject('/datasets.atom?openness=3&updated=week')).body.match(/<entry>/g)?.length, 1)
  const page = (await app.inject({ url: '/datasets?q=spendnig', headers: { accept: 'text/html' } })).body
  assert.match(page, /Nothing has “spendnig”; these have “<a class="govuk-link" href="\/datasets\?q=spending">spending<\/a>”/)
  assert.match(page, /<legend>Openness<\/legend>/)
})
