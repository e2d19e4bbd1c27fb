import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Parser } from 'n3'
import { newSixteen, publishText } from '../support/sixteen.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at member by member
type Dict = Record<string, any>

async function open(t: TestContext) {
  const sixteen = await newSixteen(t, { baseUrl: 'https://data.example' })
  await sixteen.catalogue.createPublisher({ name: 'home-office', title: 'Home Office' })
  await sixteen.catalogue.createDataset({
    name: 'crimes',
    title: 'Crimes',
    publisher: 'home-office',
    licence: 'ogl-uk-3.0',
    accrualPeriodicity: 'monthly',
  })
  await publishText(sixteen, 'crimes', 'force,month,count\nessex,2014-10,4\n')
  const app = await sixteen.app()
  const home = (await sixteen.access.createToken('home-office', 't')).secret
  const cabinet = (await sixteen.access.createToken('cabinet-office', 't')).secret
  const ask = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: unknown, token?: string, type = 'application/json') => {
    const answer = await app.inject({
      method,
      url,
      headers: { ...(body !== undefined && { 'content-type': type }), ...(token && { authorization: `Bearer ${token}` }) },
      ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    return {
      status: answer.statusCode,
      text: answer.body,
      body: (answer.headers['content-type'] ?? '').toString().includes('json') ? (answer.json() as Dict) : {},
    }
  }
  return { sixteen, app, ask, home, cabinet }
}

const scores = Object.fromEntries(
  ['economic', 'social', 'publicService', 'coreReference'].map((name) => [name, { score: 4, evidence: 'Seen.' }]),
) as never

test('data is nominated by anybody, assessed in public, committed by its owner, and then a breaking change needs notice', async (t) => {
  const { sixteen, ask, home, cabinet } = await open(t)
  const made = await ask('POST', '/v1/nii', { title: 'Crimes by force', use: 'Maps of crime', dataset: 'crimes', who: 'A charity' })
  assert.deepEqual(
    [made.status, made.body.id, made.body.stage, made.body.triageDue > made.body.nominated],
    [201, 'crimes-by-force', 'nominated', true],
  )
  assert.equal((await ask('POST', '/v1/nii', { title: 'Crimes by force', use: 'x' })).body.code, 'nii-step-refused')
  assert.equal((await ask('POST', '/v1/nii', { title: 'No use' })).status, 400)
  assert.equal((await ask('POST', '/v1/nii', { title: 'Nowhere', use: 'x', dataset: 'none' })).body.code, 'dataset-not-found')
  const steps = '/v1/nii/crimes-by-force/steps'
  assert.deepEqual(
    [
      (await ask('POST', steps, { step: 'triage', reason: 'r' })).status,
      (await ask('POST', steps, { step: 'triage', reason: 'r' }, home)).status,
    ],
    [401, 403],
  )
  const { nii } = sixteen
  await nii.step('crimes-by-force', { step: 'triage', reason: 'New here' }, 'operator')
  await nii.step('crimes-by-force', { step: 'assess', reason: 'By the panel', scores }, 'operator')
  await nii.step('crimes-by-force', { step: 'refuse', reason: 'Not now' }, 'operator')
  assert.equal((await ask('POST', steps, { step: 'appeal', reason: 'Police forces rely on it' })).body.stage, 'appealed')
  await nii.step('crimes-by-force', { step: 'assess', reason: 'Again', scores }, 'operator')
  assert.equal((await nii.step('crimes-by-force', { step: 'list', reason: 'Listed' }, 'operator')).total, 16)
  const refused = await ask('POST', steps, { step: 'commit', reason: 'signed' }, home)
  assert.deepEqual([refused.status, refused.body.code, refused.body.pointer], [409, 'nii-step-refused', '/owner'])
  const promise = {
    owner: 'Director of Statistics',
    openness: 'open',
    frequency: 'monthly',
    service: { changeNoticeDays: 30 },
    commitments: [{ what: 'Published each month', measuredBy: 'freshness' }],
  }
  assert.equal((await ask('PUT', '/v1/nii/crimes-by-force', promise, cabinet)).status, 403)
  assert.equal((await ask('PUT', '/v1/nii/crimes-by-force', { publisher: 'cabinet-office' }, home)).status, 403)
  assert.equal((await ask('PUT', '/v1/nii/crimes-by-force', promise, home)).status, 200)
  const committed = (await ask('POST', steps, { step: 'commit', reason: 'signed' }, home)).body
  assert.deepEqual([committed.stage, committed.status, committed.stars], ['committed', 'green', 3])
  assert.equal(await nii.probe(), 1)
  const shown = (await ask('GET', '/v1/nii/crimes-by-force')).body
  assert.deepEqual(
    shown.measures.map((measure: Dict) => [measure.probe, measure.state]),
    [
      ['published', 'met'],
      ['api', 'met'],
      ['freshness', 'met'],
      ['licence', 'met'],
      ['machine-readable', 'met'],
      ['availability', 'met'],
      ['latency', shown.measures[6].state],
      ['schema', 'met'],
    ],
  )
  assert.deepEqual(
    shown.history.map((event: Dict) => [event.step, event.actor]),
    [
      ['nominate', 'public'],
      ['triage', 'operator'],
      ['assess', 'operator'],
      ['refuse', 'operator'],
      ['appeal', 'public'],
      ['assess', 'operator'],
      ['list', 'operator'],
      ['describe', 'home-office'],
      ['commit', 'home-office'],
    ],
  )
  await assert.rejects(publishText(sixteen, 'crimes', 'force,count\nessex,4\n'), { code: 'notice-needed' })
  await publishText(sixteen, 'crimes', 'force,month,count\nessex,2014-10,4\nkent,2014-10,5\n')
  assert.equal(
    (await ask('POST', steps, { step: 'notice', reason: 'month goes', effective: '2026-01-01' }, home)).body.pointer,
    '/effective',
  )
  assert.equal((await ask('POST', steps, { step: 'notice', reason: 'month goes', effective: '2099-01-01' }, home)).status, 200)
  await assert.rejects(publishText(sixteen, 'crimes', 'force,count\nessex,4\n'), { code: 'notice-needed' })
  const register = sixteen.registers.summary('national-information-infrastructure')
  assert.deepEqual([register.records, register.entries > 6], [1, true], 'each step is an entry of a register')
})

test('a list with faults is taken in, consulted on, and comes out in every form', async (t) => {
  const { sixteen, ask, home } = await open(t)
  const csv = [
    'Publisher,Dataset Name,Link ,Facet 1,Facet 2',
    'Home Office,Street crimes ,http://data.gov.uk/dataset/crimes,Crime and Justice,Location',
    'Home Office,Crimes near you,http://data.gov.uk/dataset/crimes,Crime and Justice,Operational',
    'Met Office,Weather,http://data.gov.uk/data/search?q=weather,Energy,',
    '',
  ].join('\r\n')
  assert.equal((await ask('POST', '/v1/nii/import', csv, home, 'text/csv')).status, 403)
  assert.deepEqual((await sixteen.nii.importList(Buffer.from(csv), 'A list')).added, 2)
  const report = await sixteen.nii.importList(Buffer.from(csv), 'A list')
  assert.deepEqual([report.rows, report.entries, report.added, report.merged, report.linked], [3, 2, 0, 1, 1])
  assert.deepEqual(
    report.faults.map(({ line, code }) => [line, code]),
    [
      [1, 'header-differs'],
      [2, 'cell-trimmed'],
      [3, 'duplicate-link'],
      [4, 'cell-blank'],
      [4, 'link-is-search'],
      [4, 'publisher-unknown'],
      [4, 'dataset-unknown'],
    ],
  )
  const { entries, summary } = (await ask('GET', '/v1/nii')).body
  assert.deepEqual([entries.length, summary.listed, summary.withApi], [2, 2, 1])
  assert.deepEqual([entries[0].id, entries[0].aliases, entries[0].publisher], ['street-crimes', ['Crimes near you'], 'home-office'])
  assert.deepEqual(
    [
      (await ask('GET', '/v1/nii?status=green')).body.total,
      (await ask('GET', '/v1/nii?theme=Energy')).body.total,
      (await ask('GET', '/v1/nii?stage=nope')).status,
    ],
    [1, 1, 400],
  )
  assert.equal((await ask('GET', '/v1/nii/gaps')).body.gaps.find(({ theme }: Dict) => theme === 'Energy').withoutApi, 1)
  assert.match(
    (await ask('GET', '/v1/nii.csv')).text,
    /^id,title,aliases.*\r\n(?:.*\r\n)*street-crimes,Street crimes,Crimes near you,home-office/,
  )
  assert.match(
    (await ask('GET', '/v1/nii/essential-shared-data-assets.csv')).text,
    /^title,alternative title,summary,description,identifier/,
  )
  const quads = new Parser().parse((await ask('GET', '/v1/nii/high-value-datasets.ttl')).text)
  const said = (predicate: string) =>
    quads.filter((each) => each.predicate.value === `http://data.europa.eu/r5r/${predicate}`).map(({ subject }) => subject.value)
  assert.ok(said('applicableLegislation').includes('https://data.example/datasets/crimes'))
  assert.ok(said('hvdCategory').includes('https://data.example/datasets/crimes'))

  const comment = await ask('POST', '/v1/nii/street-crimes/comments', { text: '<script>alert(1)</script>', useCase: 'Maps' })
  assert.equal(comment.status, 201)
  const page = (await ask('GET', '/nii/street-crimes')).text
  assert.ok(page.includes('&lt;script&gt;alert(1)') && !page.includes('<script>alert(1)'))
  assert.equal((await ask('DELETE', `/v1/nii/street-crimes/comments/${comment.body.id}`, undefined, home)).status, 403)
  await sixteen.nii.removeComment('street-crimes', comment.body.id)
  assert.deepEqual((await ask('GET', '/v1/nii/street-crimes')).body.comments, [])
  assert.equal((await ask('GET', '/v1/nii/none')).body.code, 'nii-entry-not-found')
})

test('the pages list, nominate and consult without scripts', async (t) => {
  const { app, sixteen } = await open(t)
  const form = (url: string, fields: Record<string, string>) =>
    app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams(fields).toString(),
    })
  assert.match((await app.inject('/nii')).body, /Nothing is on the list yet/)
  assert.equal((await form('/nii/nominate', { title: '', use: '' })).statusCode, 400)
  const unknown = await form('/nii/nominate', { title: 'Trees', use: 'Counting', dataset: 'none' })
  assert.deepEqual(
    [unknown.statusCode, /There is no dataset named none/.test(unknown.body), /value="Trees"/.test(unknown.body)],
    [404, true, true],
  )
  const made = await form('/nii/nominate', { title: 'Trees', use: 'Counting' })
  assert.deepEqual([made.statusCode, made.headers.location], [303, '/nii/trees'])
  assert.equal((await form('/nii/trees/comments', { text: ' ' })).statusCode, 400)
  assert.equal((await form('/nii/trees/comments', { text: 'Good', who: 'A school' })).headers.location, '/nii/trees#comments')
  assert.match((await app.inject('/nii/trees')).body, /Good[\s\S]*A school/)
  assert.equal((await app.inject('/nii.json')).json().entries.length, 1)
  assert.equal((await sixteen.nii.entries())[0]?.uses[0], 'Counting')
  assert.equal((await app.inject('/nii/none')).statusCode, 404)
})
