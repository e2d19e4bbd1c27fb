import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { newSixteen } from '../support/sixteen.ts'

const BASE = 'http://registers.example'
const system = (register: string) => `${BASE}/registers/${register}`

async function terminology(t: TestContext): Promise<FastifyInstance> {
  const { registers, app } = await newSixteen(t, { baseUrl: BASE })
  await registers.ship()
  return app()
}

type Parameter = { name: string; part?: Parameter[]; resource?: { issue: Issue[] }; [value: `value${string}`]: unknown }
type Issue = { severity: string; code: string; details: { coding: { code: string }[] }; expression: string[] }

const contentOf = (parameters: Parameter[], name: string) => {
  const found = parameters.find((parameter) => parameter.name === name)
  return found && Object.entries(found).find(([key]) => key.startsWith('value'))?.[1]
}

test('FHIR clients validate, look up, expand, translate and subsume, in addresses and in bodies', async (t) => {
  const app = await terminology(t)
  const get = async (path: string) => {
    const reply = await app.inject(`/fhir/${path}`)
    assert.match(String(reply.headers['content-type']), /^application\/fhir\+json/)
    return { status: reply.statusCode, body: reply.json() }
  }
  const post = async (path: string, parameter: object[]) =>
    (
      await app.inject({
        method: 'POST',
        url: `/fhir/${path}`,
        headers: { 'content-type': 'application/fhir+json' },
        payload: JSON.stringify({ resourceType: 'Parameters', parameter }),
      })
    ).json()

  const wrong = (await get(`CodeSystem/$validate-code?url=${system('country')}&code=XX`)).body.parameter as Parameter[]
  assert.equal(contentOf(wrong, 'result'), false)
  const [issue] = wrong.at(-1)!.resource!.issue
  assert.deepEqual(
    [issue?.severity, issue?.code, issue?.details.coding[0]?.code, issue?.expression],
    ['error', 'code-invalid', 'invalid-code', ['code']],
  )

  const concept = await post('ValueSet/$validate-code', [
    { name: 'url', valueUri: `${BASE}/fhir/ValueSet/country` },
    {
      name: 'codeableConcept',
      valueCodeableConcept: {
        coding: [
          { system: system('country'), code: 'QQ' },
          { system: system('country'), code: 'FR', display: 'France' },
        ],
      },
    },
  ])
  assert.deepEqual(
    ['result', 'code', 'display'].map((name) => contentOf(concept.parameter, name)),
    [true, 'FR', 'France'],
  )

  const retired = (await get(`CodeSystem/$validate-code?url=${system('local-authority')}&code=TAU&date=2005-01-01&activeOnly=true`)).body
  assert.equal(contentOf(retired.parameter, 'result'), true)

  const narrow = await post('ValueSet/$expand', [
    {
      name: 'valueSet',
      resource: {
        resourceType: 'ValueSet',
        status: 'active',
        compose: {
          include: [
            { system: system('industrial-classification-2007'), filter: [{ property: 'concept', op: 'descendent-of', value: 'B' }] },
          ],
          exclude: [{ system: system('industrial-classification-2007'), filter: [{ property: 'concept', op: 'is-a', value: '09' }] }],
        },
      },
    },
    { name: 'count', valueInteger: 2 },
  ])
  assert.equal(narrow.expansion.contains.length, 2)
  assert.ok(narrow.expansion.total > 20)
  assert.deepEqual((await get('ValueSet/country/$expand?count=0')).body.expansion.contains, [])

  const translated = (
    await get(`ConceptMap/$translate?sourceSystem=${system('local-authority')}&sourceCode=CMA&targetSystem=${system('local-authority')}`)
  ).body.parameter as Parameter[]
  assert.deepEqual(
    translated
      .filter(({ name }) => name === 'match')
      .map(({ part }) => [contentOf(part!, 'relationship'), (contentOf(part!, 'concept') as { code: string }).code]),
    [
      ['source-is-broader-than-target', 'CBD'],
      ['source-is-broader-than-target', 'WAF'],
    ],
  )
  const old = (await get(`ConceptMap/$translate?system=${system('local-authority')}&code=ALL&targetsystem=${system('local-authority')}`))
    .body
  assert.equal(contentOf(old.parameter.find(({ name }: Parameter) => name === 'match').part, 'equivalence'), 'wider')

  assert.equal(
    contentOf(
      (await get(`CodeSystem/$subsumes?system=${system('industrial-classification-2007')}&codeA=B&codeB=05.10`)).body.parameter,
      'outcome',
    ),
    'subsumes',
  )
  const missing = await get(`CodeSystem/$lookup?system=${system('country')}&code=QQ`)
  assert.deepEqual([missing.status, missing.body.resourceType, missing.body.issue[0].code], [404, 'OperationOutcome', 'not-found'])
  assert.equal((await get('CodeSystem/$lookup')).status, 400)
  assert.equal((await get('CodeSystem/country')).body.concept.find(({ code }: { code: string }) => code === 'FR').display, 'France')
  assert.equal((await get(`CodeSystem?url=${system('country')}`)).body.total, 1)
  assert.equal((await get('metadata?mode=terminology')).body.resourceType, 'TerminologyCapabilities')
})

test('a batch of validations is answered one by one, and so is a bundle', async (t) => {
  const app = await terminology(t)
  const send = async (url: string, payload: object) =>
    (
      await app.inject({ method: 'POST', url, headers: { 'content-type': 'application/fhir+json' }, payload: JSON.stringify(payload) })
    ).json()
  const validation = (code: string, register = 'country') => ({
    name: 'validation',
    resource: {
      resourceType: 'Parameters',
      parameter: [
        { name: 'url', valueUri: system(register) },
        { name: 'code', valueCode: code },
      ],
    },
  })
  const batch = await send('/fhir/CodeSystem/$batch-validate-code', {
    resourceType: 'Parameters',
    parameter: [validation('FR'), validation('QQ'), validation('FR', 'nowhere')],
  })
  assert.deepEqual(
    batch.parameter.map(({ resource }: { resource: { parameter: Parameter[] } }) => contentOf(resource.parameter, 'result')),
    [true, false, false],
  )
  const bundle = await send('/fhir', {
    resourceType: 'Bundle',
    type: 'batch',
    entry: [
      { request: { method: 'GET', url: `CodeSystem/$lookup?system=${system('country')}&code=FR` } },
      { request: { method: 'GET', url: 'CodeSystem/none' } },
    ],
  })
  assert.deepEqual(
    bundle.entry.map(({ response }: { response: { status: string } }) => response.status),
    ['200', '404'],
  )
})
