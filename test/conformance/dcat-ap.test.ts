import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Parser, type Quad, Store } from 'n3'
import SHACLValidator from 'rdf-validate-shacl'
import { readJsonLd } from '../../src/foundation/formats/json-ld.ts'
import { newSixteen, publishText } from '../support/sixteen.ts'

const shapes = join(import.meta.dirname, '../../../shared/data/catalogue/dcat-ap-3.0.1')
const skip = existsSync(shapes) ? false : 'the DCAT-AP shapes are in ../shared/data, which is not there'

/** What a document breaks of the shapes, one line each; severities below a violation are advice. */
async function violations(quads: readonly Quad[], file: string): Promise<string[]> {
  const validator = new SHACLValidator(new Store(new Parser().parse(readFileSync(join(shapes, file), 'utf8'))))
  const { results } = await validator.validate(new Store([...quads]))
  return results
    .filter(({ severity }) => severity?.value.endsWith('Violation'))
    .map(({ focusNode, path, value }) => `${focusNode?.value} ${path?.value} ${value?.value ?? ''}`)
}

test('every document of the catalogue conforms to the shapes of DCAT-AP 3.0.1', { skip }, async (t) => {
  const sixteen = await newSixteen(t, { baseUrl: 'https://data.example' })
  await publishText(sixteen, 'towns', 'Town,Beds\nYork,4\n')
  await sixteen.catalogue.series.put('lengths', {
    title: 'Lengths',
    description: 'Of roads, each year.',
    publisher: 'cabinet-office',
    accrualPeriodicity: 'yearly',
  })
  await sixteen.catalogue.createDataset({
    name: 'roads',
    inSeries: ['lengths', 'gone'],
    title: 'Roads',
    description: 'Lengths.',
    publisher: 'cabinet-office',
    theme: ['transport', 'winter-service'],
    keyword: ['roads'],
    licence: 'ogl-uk-3.0',
    accrualPeriodicity: 'monthly',
    contactPoint: { name: 'Roads team', email: 'roads@transport.example', url: 'https://transport.example/' },
    spatial: 'E92000001',
    temporal: { start: '2014-01-01' },
    landingPage: 'https://transport.example/roads',
    provenance: 'Counted.',
    linked: [
      { title: 'Map', accessURL: 'https://transport.example/map.pdf', format: 'PDF', byteSize: 12 },
      { title: 'Odd', accessURL: 'no address at all' },
    ],
  })
  await sixteen.catalogue.createDataset({
    name: 'closed',
    title: 'Closed',
    publisher: 'cabinet-office',
    licence: 'end-user-licence',
    spatial: 'Leeds',
  })
  const app = await sixteen.app()
  for (const path of ['/catalog.ttl', '/datasets/roads.ttl', '/datasets/towns.ttl', '/datasets/closed.ttl']) {
    const quads = new Parser().parse((await app.inject(path)).body)
    for (const file of ['shapes.ttl', 'range.ttl', 'dcat-ap-SHACL.ttl'])
      assert.deepEqual(await violations(quads, file), [], `${path} ${file}`)
  }
  const fromJson = readJsonLd(JSON.parse((await app.inject('/catalog.jsonld')).body))
  assert.deepEqual(await violations(fromJson, 'shapes.ttl'), [])
  assert.equal(fromJson.length, new Parser().parse((await app.inject('/catalog.ttl')).body).length)
})

test('a harvester walks the catalogue by its pages and finds every dataset once', async (t) => {
  const sixteen = await newSixteen(t, { baseUrl: 'https://data.example' })
  for (let i = 0; i < 105; i += 1) await sixteen.catalogue.createDataset({ name: `d${i}`, title: `D ${i}`, publisher: 'cabinet-office' })
  const app = await sixteen.app()
  const seen: string[] = []
  for (let address: string | undefined = '/catalog.ttl'; address; ) {
    const quads: Store = new Store(new Parser().parse((await app.inject(address)).body))
    seen.push(...quads.getObjects(null, 'http://www.w3.org/ns/dcat#dataset', null).map(({ value }) => value))
    address = quads.getObjects(null, 'http://www.w3.org/ns/hydra/core#next', null)[0]?.value.replace('https://data.example', '')
  }
  assert.deepEqual([seen.length, new Set(seen).size], [105, 105])
  assert.equal(
    (await app.inject('/catalog.rdf?q=name:d7')).body.match(/<rdf:type rdf:resource="http:\/\/www.w3.org\/ns\/dcat#Dataset"\/>/g)?.length,
    1,
  )
  assert.equal((await app.inject('/catalog.ttl?page=0')).statusCode, 400)
  assert.equal((await app.inject('/catalog.ttl?q=title:(')).json().code, 'parameter-invalid')
})

test('the catalogue is one file of data.json, a feed and a sitemap, and keeps CKAN’s addresses', async (t) => {
  const sixteen = await newSixteen(t, { baseUrl: 'https://data.example' })
  await publishText(sixteen, 'towns', 'Town,Beds\nYork,4\n')
  const { identifier } = await sixteen.catalogue.dataset('towns')
  const app = await sixteen.app()
  const { dataset } = (await app.inject('/data.json')).json()
  assert.deepEqual(
    [dataset[0].identifier, dataset[0].distribution[0].downloadURL],
    [identifier, 'https://data.example/v1/datasets/towns/records.csv'],
  )
  assert.match((await app.inject('/datasets.atom')).body, /<entry>\s+<id>urn:uuid:[0-9a-f-]{36}<\/id>\s+<title>towns<\/title>/)
  assert.match((await app.inject('/sitemap.xml')).body, /<loc>https:\/\/data.example\/datasets\/towns<\/loc>/)
  assert.equal((await app.inject(`/dataset/${identifier}`)).headers.location, '/datasets/towns')
  for (const ending of ['rdf', 'xml', 'ttl', 'jsonld', 'n3'])
    assert.equal((await app.inject(`/dataset/towns.${ending}`)).statusCode, 200, ending)
  assert.equal((await app.inject('/dataset/none.ttl')).statusCode, 404)
})
