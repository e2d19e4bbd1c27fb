import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newSixteen, publishText } from '../support/sixteen.ts'

test('a dataset is given in Croissant with its tables and columns, in a file and in its page', async (t) => {
  const sixteen = await newSixteen(t, { baseUrl: 'https://data.example' })
  const app = await sixteen.app()
  await publishText(sixteen, 'towns', 'Town,Beds,Open\nYork,4,2026-01-01\nLeeds,9,2026-01-02\n')
  const croissant = (await app.inject('/datasets/towns/croissant.jsonld')).json<Record<string, unknown>>()
  assert.deepEqual(
    [croissant['@type'], croissant.conformsTo, croissant.isLiveDataset],
    ['sc:Dataset', 'http://mlcommons.org/croissant/1.0', true],
  )
  assert.deepEqual(croissant.distribution, [
    {
      '@type': 'cr:FileObject',
      '@id': 'data.csv',
      name: 'data.csv',
      contentUrl: 'https://data.example/v1/datasets/towns/records.csv',
      encodingFormat: 'text/csv',
    },
  ])
  const [set] = croissant.recordSet as Array<{ field: Array<{ name: string; dataType: string; source: unknown }> }>
  assert.deepEqual(
    set?.field.map(({ name, dataType }) => [name, dataType]),
    [
      ['Town', 'sc:Text'],
      ['Beds', 'sc:Integer'],
      ['Open', 'sc:Date'],
    ],
  )
  assert.deepEqual(set?.field[0]?.source, { fileObject: { '@id': 'data.csv' }, extract: { column: 'Town' } })
  assert.ok(
    (await app.inject({ url: '/datasets/towns', headers: { accept: 'text/html' } })).body.includes('http://mlcommons.org/croissant/1.0'),
  )
})
