import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { inflateRawSync } from 'node:zlib'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import { readActions } from '../../src/core/catalogue/ckan/read.ts'
import { writeActions } from '../../src/core/catalogue/ckan/write.ts'
import { datastoreActions } from '../../src/core/datastore/faces/ckan-datastore/actions.ts'
import { tools } from '../../src/edge/mcp/tools.ts'
import { canaryPattern, hiddenNames, identifierOf, nameOf, resourceOf, withCanaries } from '../support/canaries.ts'

/** What is asked beside a thing that is not for the asker: a thing that is not there. The answers must be the same but for the name. */
interface Probe {
  hidden: string
  control: string
}

const controlFor = (hidden: string): string =>
  hidden.replace(/^zq.*kx$/, (word) => `zq${'control'.repeat(9)}`.slice(0, word.length - 2).concat('kx'))
const probe = (hidden: string): Probe => ({ hidden, control: controlFor(hidden) })
const names = hiddenNames.map(nameOf)
const mixedColumn = 'zqmixedcolumnkx'

type Ask = Pick<InjectOptions, 'method' | 'url' | 'payload' | 'headers'>

/** Values of path parameters that show what everybody sees. A parameter of a new kind must be entered here. */
const plainValues: Record<string, string[]> = {
  dataset: ['open-data', 'mixed-data', 'closed-data', 'licensed-data'],
  collectionId: ['mixed-data'],
  resource: ['mixed-data/data', 'closed-data/data', 'licensed-data/data'],
  id: ['mixed-data', 'closed-data', 'licensed-data', 'open'],
  version: ['1.0.0'],
  publisher: ['cabinet-office'],
  entry: ['none'],
  standard: ['standard'],
  register: ['none'],
  api: ['service-of-turned'],
  code: ['x'],
  proposal: ['x'],
  operation: ['search'],
  draft: ['x'],
  uid: ['x'],
  organisation: ['x'],
  application: ['x'],
  grant: ['x'],
  token: ['x'],
  lang: ['en'],
  area: ['x'],
  query: ['x'],
  featureId: ['1'],
  job: ['x'],
  source: ['x'],
  action: ['status_show'],
  comment: ['x'],
  subscription: ['x'],
  series: ['series-of-all'],
  answer: ['x'],
  list: ['none'],
  '*': ['x'],
}
/** Parameters that may name a dataset, with the names that must be missed. */
const probedValues: Record<string, string[]> = {
  dataset: names,
  collectionId: names,
  resource: [...[...hiddenNames, 'closed', 'licensed'].map(resourceOf), ...names.map((name) => `${name}/data`)],
  id: [...names, ...hiddenNames.map(identifierOf), 'zqprivatekeywordkx'],
  area: [],
}

const parametersIn = (url: string): string[] => [...url.matchAll(/:([A-Za-z]\w*)|(\*)/g)].map((found) => found[1] ?? '*')

function fill(url: string, values: Record<string, string>): string {
  return url.replace(/:([A-Za-z]\w*)|(\*)/g, (_all, name: string | undefined) => encodeURIComponent(values[name ?? '*'] ?? ''))
}

/** Questions put to addresses that take them: words, names of datasets and of columns. */
const queries = (word: string): string[] => [
  `q=${word}`,
  `q=${word.slice(0, -3)}`,
  `query=${word}`,
  `incomplete=${word}`,
  `publisher=cabinet-office&q=${word}`,
  `dataset=${word}`,
  `theme=${word}`,
  `keyword=${word}`,
  `prefix=${word}`,
  `fq=name:${word}`,
]
const columnQueries = (column: string): string[] => [
  `columns=${column}`,
  `sort=${column}`,
  `${column}__exact=x`,
  `${column}__isnull=false`,
  `group=${column}&measures=count`,
  `measures=max:${column}&group=town`,
  `pivot=${column}&group=town&measures=count`,
  `search=zqmixedvaluekx0`,
  `search=x&searchColumns=${column}`,
  `labels=${column}`,
  `distinct=true&columns=${column}`,
  `filter=${column}%3D1`,
  `explain=true&sort=${column}`,
  `fields=${column}`,
  `q=zqmixedvaluekx0`,
  `asOf=2099-01-01`,
  `version=1.0.0`,
  `row=1`,
  `limit=3`,
]

async function open(t: TestContext) {
  const { sixteen, query } = await withCanaries(t)
  const app = await sixteen.app()
  const other = await sixteen.access.createToken('other-body', 'other')
  const developer = sixteen.access.people.welcome({ issuer: 'https://id.example', subject: 'dev', name: 'Developer' })
  const organisation = sixteen.access.organisations.create(developer.id, 'A firm that says it is government', 'government')
  const client = sixteen.access.clients.create({ organisation: organisation.id, name: 'App', environment: 'live', redirectUris: [] })
  sixteen.access.clients.change(client.id, { rateTier: 'high' })
  const { secret } = sixteen.access.clients.addSecret(client.id, 'secret')
  const actors: Record<string, Record<string, string>> = {
    anybody: {},
    'another publisher': { authorization: `Bearer ${other.secret}` },
    'an application that says it is government': { authorization: `Bearer ${secret}` },
  }
  return { sixteen, app, actors, query }
}

/** Everything of an answer in which something could stand, unpacked where it is packed. */
function textOf(answer: LightMyRequestResponse): string {
  const { rawPayload } = answer
  const head = JSON.stringify(answer.headers)
  const packed = rawPayload.subarray(0, 4).toString('latin1') === 'PK\x03\x04' ? unzipped(rawPayload) : ''
  return `${head}\n${rawPayload.toString('utf8')}\n${packed}`
}

function unzipped(bytes: Buffer): string {
  const texts: string[] = []
  for (let at = 0; (at = bytes.indexOf('PK\x03\x04', at, 'latin1')) >= 0; at += 4) {
    const start = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28)
    try {
      if (bytes.readUInt16LE(at + 8) === 8) texts.push(inflateRawSync(bytes.subarray(start), { finishFlush: 2 }).toString('utf8'))
    } catch {
      texts.push('')
    }
  }
  return texts.join('\n')
}

/** What must be the same of two answers: all but the name, and what names one request or moment. */
const comparable = (answer: LightMyRequestResponse, { hidden, control }: Probe): string =>
  JSON.stringify([
    answer.statusCode,
    answer.headers['content-type'],
    answer.headers['cache-control'],
    answer.headers.link,
    answer.headers.etag,
    answer.body,
  ])
    .replaceAll(new RegExp([hidden, control, hidden.slice(0, -3), control.slice(0, -3)].join('|'), 'gi'), 'PROBE')
    .replace(/urn:request:\w+/g, 'REQUEST')
    .replace(/\b01[0-9a-z]{24}\b/g, 'ID')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'MOMENT')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UUID')

test('no address answers anything of what is not for the asker, whoever of the others asks', { timeout: 300_000 }, async (t) => {
  const { app, actors, query } = await open(t)
  const routes = app.routeTable.filter(({ method }) => method !== 'HEAD' && method !== 'OPTIONS')
  const unknown = [...new Set(routes.flatMap(({ url }) => parametersIn(url)))].filter((name) => !(name in plainValues))
  assert.deepEqual(unknown, [], 'parameters of addresses that this test cannot fill in: enter values for them in plainValues')
  const leaks = new Map<string, string>()
  let asked = 0
  let turn = 0

  const send = (ask: Ask, headers: Record<string, string>) => {
    asked += 1
    return app.inject({ ...ask, headers: { ...ask.headers, ...headers } } as InjectOptions) as Promise<LightMyRequestResponse>
  }
  const note = (actor: string, ask: Ask, found: string) => {
    const key = `${ask.method} ${String(ask.url)
      .replace(/zq\w+kx/g, 'ZQ')
      .slice(0, 90)}: ${found}`
    if (!leaks.has(key))
      leaks.set(key, `${actor}: ${ask.method} ${ask.url} ${ask.payload ? JSON.stringify(ask.payload).slice(0, 150) : ''}: ${found}`)
  }
  /** What is asked without naming anything hidden must not say anything of it. */
  const askPlain = async (ask: Ask) => {
    for (const [actor, headers] of Object.entries(actors)) {
      const answer = await send(ask, headers)
      if (answer.statusCode >= 500 && answer.statusCode !== 503) note(actor, ask, `status ${answer.statusCode}`)
      const found = canaryPattern.exec(textOf(answer))
      if (found) note(actor, ask, found[0])
    }
  }
  /** What names something hidden must be answered like what names something that is not there. */
  const askProbe = async (of: Probe, make: (word: string) => Ask) => {
    // Whoever is nobody asks everything; of the others each asks its share.
    const [nobody, ...others] = Object.entries(actors)
    turn += 1
    for (const [actor, headers] of [nobody, others[turn % (others.length * 3)]].filter((each) => each !== undefined)) {
      const hidden = await send(make(of.hidden), headers)
      const control = await send(make(of.control), headers)
      if (hidden.statusCode >= 500 && hidden.statusCode !== 503) note(actor, make(of.hidden), `status ${hidden.statusCode}`)
      const [a, b] = [comparable(hidden, of), comparable(control, of)]
      if (a === b) continue
      const at = [...a].findIndex((letter, i) => letter !== b[i])
      note(actor, make(of.hidden), `…${a.slice(Math.max(0, at - 60), at + 120)} BUT …${b.slice(Math.max(0, at - 20), at + 80)}`)
    }
  }

  const isForPeople = (url: string) => !/^\/(?:v1|api|fhir)\b|\.\w+$/.test(url)

  for (const { method, url } of routes) {
    if (url.startsWith('/api/action') || url.startsWith('/api/3/action') || url === '/mcp' || url.startsWith('/assets/')) continue
    const parameters = parametersIn(url)
    const plain = Object.fromEntries(parameters.map((name) => [name, plainValues[name]?.[0] as string]))
    const reads = method === 'GET'
    const body = reads ? {} : { payload: {} }
    const headers = isForPeople(url) ? { accept: 'text/html' } : {}
    // Everything that everybody may ask for.
    for (const [name, values] of Object.entries(plainValues))
      if (parameters.includes(name) && (reads || name !== 'dataset'))
        for (const value of values)
          await askPlain({ method: method as 'GET', url: fill(url, { ...plain, [name]: value }), headers, ...body })
    if (parameters.length === 0 && reads) {
      await askPlain({ method: 'GET', url, headers })
      const words = ['zqprivatetitlekx', 'zqdraftkeywordkx', nameOf('turned'), mixedColumn, 'zqclosedvaluekx']
      for (const [i] of queries('').entries())
        await askProbe(probe(words[(i + routes.length) % words.length] as string), (each) => ({
          method: 'GET',
          url: `${url}?${queries(each)[i]}`,
          headers,
        }))
    }
    // Everything that names what is hidden.
    for (const [name, values] of Object.entries(probedValues))
      if (parameters.includes(name))
        for (const value of values) {
          const word = /zq\w+kx/.exec(value)?.[0] as string
          await askProbe(probe(word), (each) => ({
            method: method as 'GET',
            url: fill(url, { ...plain, [name]: value.replace(word, each) }),
            headers,
            ...body,
          }))
        }
    // The column that is not there for them.
    if (reads && (parameters.includes('dataset') || parameters.includes('collectionId') || parameters.includes('resource')))
      for (const [i] of columnQueries(mixedColumn).entries())
        await askProbe(probe(mixedColumn), (each) => ({
          method: 'GET',
          url: `${fill(url, { ...plain, dataset: 'mixed-data', collectionId: 'mixed-data', resource: 'mixed-data/data' })}?${columnQueries(each)[i]}`,
          headers,
        }))
  }
  await askPlain({ method: 'GET', url: `/v1/queries/${query}` })
  await askPlain({ method: 'GET', url: `/v1/queries/${query}/records` })

  for (const word of [...names, mixedColumn]) {
    const table = word === mixedColumn ? 'mixed-data' : undefined
    const bodies: Array<[url: string, (word: string) => object]> = [
      ['/v1/sql', (each) => ({ sql: table ? `select ${each} from "${table}"` : `select * from "${each}"` })],
      ['/v1/queries', (each) => ({ dataset: table ?? each, query: table ? { columns: [each] } : {} })],
      [`/v1/datasets/${table ?? word}/query`, (each) => ({ filter: { column: each, op: 'isnull', value: false } })],
      [`/v1/datasets/${table ?? word}/query`, (each) => ({ group: [each], measures: ['count'] })],
      ['/v1/follows', (each) => ({ subject: { kind: 'dataset', value: each }, channel: 'webhook', address: 'https://hook.example/' })],
      ['/v1/nii', (each) => ({ title: `Data ${each}`, use: 'x', dataset: each })],
    ]
    for (const [url, payload] of table ? bodies.slice(0, 4) : bodies)
      await askProbe(probe(word), (each) => ({ method: 'POST', url: url.replace(word, each), payload: payload(each) }))
    for (const tool of tools)
      await askProbe(probe(word), (each) => ({
        method: 'POST',
        url: '/mcp',
        payload: callOf(
          tool.name,
          table ? { dataset: table, columns: each, query: each } : { dataset: each, query: each, sql: `select * from "${each}"` },
        ),
      }))
  }
  for (const tool of tools)
    for (const dataset of ['mixed-data', 'closed-data', 'licensed-data'])
      for (const given of [{}, { dataset }, { sql: `select * from "${dataset}"` }])
        await askPlain({ method: 'POST', url: '/mcp', payload: callOf(tool.name, given) })
  await askPlain({ method: 'POST', url: '/v1/sql', payload: { sql: 'select * from "mixed-data" limit 3' } })
  await askPlain({ method: 'POST', url: '/v1/datasets/mixed-data/query', payload: { limit: 2 } })

  const everything = {
    include_private: 'true',
    include_drafts: 'true',
    include_deleted: 'true',
    rows: '1000',
    'facet.field': '["organization","tags","groups","res_format","license_id"]',
  }
  const actions = { ...readActions, ...writeActions, ...datastoreActions({} as never) }
  for (const [name, { reads }] of Object.entries(actions)) {
    const act = (given: Record<string, string>): Ask =>
      reads
        ? { method: 'GET', url: `/api/3/action/${name}?${new URLSearchParams(given)}` }
        : { method: 'POST', url: `/api/3/action/${name}`, payload: given }
    if (reads) {
      for (const given of [
        {} as Record<string, string>,
        everything,
        { ...everything, q: 'state:draft OR capacity:private OR state:active' },
        { all_fields: 'true', include_datasets: 'true', id: 'cabinet-office' },
      ])
        await askPlain(act(given))
      for (const resource of ['mixed-data/data', 'closed-data/data', 'licensed-data/data'])
        await askPlain(act({ resource_id: resource, id: resource, q: 'Town', limit: '3' }))
    }
    for (const word of [
      'zqprivatenamekx',
      'zqdraftnamekx',
      'zqturnednamekx',
      'zqprivateidentifierkx',
      'zqprivateresourcekx',
      'zqprivatekeywordkx',
    ])
      await askProbe(probe(word), (each) =>
        act({ id: each, name_or_id: each, resource_id: each, q: each, query: each, package_id: each, sql: `SELECT * FROM "${each}"` }),
      )
    if (reads)
      for (const given of [{ fields: 'ZQ' }, { sort: 'ZQ' }, { filters: '{"ZQ":"x"}' }, { q: '{"ZQ":"x"}' }])
        await askProbe(probe(mixedColumn), (each) =>
          act({
            resource_id: 'mixed-data/data',
            ...Object.fromEntries(Object.entries(given).map(([key, value]) => [key, value.replace('ZQ', each)])),
          }),
        )
  }

  t.diagnostic(`${routes.length} addresses, ${asked} requests`)
  assert.deepEqual([...leaks.values()], [])
})

const callOf = (name: string, given: object) => ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: given } })
