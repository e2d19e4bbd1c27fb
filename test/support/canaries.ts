import type { TestContext } from 'node:test'
import { viewAsServer } from '../../src/core/access/index.ts'
import type { DatasetInput } from '../../src/core/catalogue/index.ts'
import type { Sixteen } from '../../src/edge/compose.ts'
import { bytesOf, newSixteen } from './sixteen.ts'

/** A word that stands nowhere else, for one place of one dataset. */
const canary = (dataset: string, place: string): string => `zq${dataset}${place}kx`
/** Every canary, and nothing that an identifier could be by chance. */
export const canaryPattern = /zq(?:draft|deleted|private|personal|forgovernment|turned|closed|licensed|mixed)[a-z]+kx/i

/** Datasets that nobody but their publisher may know of. */
export const hiddenNames = ['draft', 'deleted', 'private', 'personal', 'forgovernment', 'turned'] as const
type Hidden = (typeof hiddenNames)[number]
export const nameOf = (dataset: string): string => canary(dataset, 'name')
export const identifierOf = (dataset: string): string => canary(dataset, 'identifier')
export const resourceOf = (dataset: string): string => canary(dataset, 'resource')

const tiers: Record<Hidden, Partial<DatasetInput>> = {
  draft: { state: 'draft' },
  deleted: { state: 'deleted' },
  private: { visibility: 'organisation' },
  personal: { visibility: 'personal' },
  forgovernment: { visibility: 'government' },
  turned: {},
}

/** A description with a canary in every member that takes words. */
function described(dataset: string, more: Partial<DatasetInput>): DatasetInput {
  const word = (place: string) => canary(dataset, place)
  return {
    name: word('name'),
    identifier: word('identifier'),
    title: `Spend over £25,000 ${word('title')}`,
    description: `About ${word('description')}.`,
    publisher: 'cabinet-office',
    theme: [word('theme')],
    keyword: [word('keyword')],
    contactPoint: { name: word('contact'), email: `${word('contact')}@data.example` },
    creator: { name: word('creator') },
    spatial: word('spatial'),
    landingPage: `https://data.example/${word('landing')}`,
    release: word('release'),
    inSeries: ['series-of-all'],
    provenance: word('provenance'),
    extra: { [word('extrakey')]: word('extravalue') },
    linked: [
      {
        identifier: word('resource'),
        title: word('linktitle'),
        description: word('linkdescription'),
        accessURL: `https://files.example/${word('link')}.csv`,
        format: word('format'),
      },
    ],
    ...more,
  }
}

/** A table with canaries in the names of columns and in cells, rejected ones and places among them. */
const tableOf = (dataset: string, row = 1): string =>
  [
    `Department,Supplier,Date,Amount,${canary(dataset, 'column')},latitude,longitude`,
    ...Array.from({ length: 1200 }, (_, i) => `Cabinet Office,ACME,2012-05-01,${i + row},${canary(dataset, 'value')}${i % 3},51.5,-0.1`),
    `Cabinet Office,${canary(dataset, 'supplier')},2012-05-02,${canary(dataset, 'reject')},,51.5,-0.1`,
  ].join('\n')

async function publishTwice(sixteen: Sixteen, dataset: string, first: string, second: string): Promise<void> {
  for (const text of [first, second])
    await sixteen.datastore.publish({ dataset, source: bytesOf(text), filename: `${dataset}-file.csv`, overrides: {} })
}

/**
 * A server with datasets that not all may see, canaries in everything they say and hold: all of `hiddenNames`; `closed` and `licensed`,
 * whose data only are not for all; `mixed`, one of whose columns is not. What `turned` from public to private was named by other records before.
 */
export async function withCanaries(t: TestContext): Promise<{ sixteen: Sixteen; query: string }> {
  const sixteen = await newSixteen(t, { profiles: 'all', baseUrl: 'https://data.example', rowsMinRows: 1, linkChecks: false })
  await sixteen.catalogue.updatePublisher('cabinet-office', { name: 'cabinet-office', title: 'Cabinet Office', kind: 'department' })
  await sixteen.catalogue.createPublisher({ name: 'other-body', title: 'Other body', kind: 'company' })
  await sixteen.catalogue.series.put('series-of-all', { title: 'A series', description: 'Of all.', publisher: 'cabinet-office' })
  await sixteen.catalogue.createDataset({ name: 'open-data', title: 'Open data', publisher: 'cabinet-office', keyword: ['open'] })
  await sixteen.datastore.publish({ dataset: 'open-data', source: bytesOf('town,count\nLeeds,1\n'), filename: 'open.csv' })
  const query = await viewAsServer(async () => {
    for (const each of hiddenNames) {
      await sixteen.catalogue.createDataset(described(each, tiers[each]))
      await publishTwice(sixteen, nameOf(each), tableOf(each), tableOf(each, 2))
    }
    await dataOnly(sixteen)
    return turn(sixteen)
  })
  await sixteen.settled()
  return { sixteen, query }
}

/** Datasets that all may know of, and whose data, or some of them, are for few. */
async function dataOnly(sixteen: Sixteen): Promise<void> {
  const plain = (name: string, more: Partial<DatasetInput>): DatasetInput => ({ name, title: name, publisher: 'cabinet-office', ...more })
  const linked = (of: string) => [{ identifier: canary(of, 'resource'), accessURL: `https://files.example/${canary(of, 'link')}` }]
  await sixteen.catalogue.createDataset(plain('closed-data', { state: 'closed', obstacle: 'Commercial terms', linked: linked('closed') }))
  await sixteen.catalogue.createDataset(plain('licensed-data', { visibility: 'licensed', linked: linked('licensed') }))
  for (const each of ['closed', 'licensed']) await publishTwice(sixteen, `${each}-data`, tableOf(each), tableOf(each, 2))
  const column = canary('mixed', 'column')
  await sixteen.catalogue.createDataset(plain('mixed-data', { columnVisibility: { [column]: 'organisation' } }))
  const mixed = (from: number) =>
    [
      `town,${column},count,when`,
      ...Array.from({ length: 1200 }, (_, i) => `Town ${i},${canary('mixed', 'value')}${i % 3},${i + from},2012-05-01`),
      `Late,${canary('mixed', 'value')}9,many,2012-13-45`,
    ].join('\n')
  await publishTwice(sixteen, 'mixed-data', mixed(0), mixed(1))
  await sixteen.datastore.rowsReady('mixed-data')
}

/** Lets every kind of record name a public dataset, asks for it everywhere, and then makes it private. Answers a saved question about it. */
async function turn(sixteen: Sixteen): Promise<string> {
  const dataset = nameOf('turned')
  const app = await sixteen.app()
  const { secret } = await sixteen.access.createToken('cabinet-office', 'turn')
  const authorization = { authorization: `Bearer ${secret}` }
  await sixteen.services.put(
    'service-of-turned',
    {
      title: 'A service',
      publisher: 'cabinet-office',
      endpointURL: 'https://api.example/',
      status: 'live',
      auth: 'none',
      servesDataset: [dataset],
    },
    'cabinet-office',
  )
  await sixteen.standards.put('standard', {
    title: 'A standard',
    status: 'live',
    owner: 'cabinet-office',
    versions: [{ version: '1.0', date: '2015-01-01', fields: [{ name: 'Department', type: 'text', required: true }] }],
  })
  await sixteen.standards.claim('standard', dataset)
  const saved = await app.inject({ method: 'POST', url: '/v1/queries', payload: { dataset, query: { limit: 1 } } })
  for (const url of [
    `/v1/datasets/${dataset}/records`,
    `/v1/datasets/${dataset}`,
    `/v1/search?q=${dataset}`,
    `/datasets/${dataset}`,
    '/spend',
  ])
    await app.inject(url)
  const hidden = await app.inject({
    method: 'PUT',
    url: `/v1/datasets/${dataset}`,
    headers: authorization,
    payload: described('turned', { visibility: 'organisation' }),
  })
  if (hidden.statusCode !== 200) throw new Error(hidden.body)
  return (saved.json() as { id: string }).id
}
