import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import { CsvParser } from '../../src/foundation/formats/csv.ts'
import { readJsonLd } from '../../src/foundation/formats/json-ld.ts'
import { readTurtle } from '../../src/foundation/formats/turtle.ts'
import { newSixteen } from '../support/sixteen.ts'

const NOTATION = 'http://www.w3.org/2004/02/skos/core#notation'

/** The codes that each face of a register shows. */
async function facesOf(app: FastifyInstance, register: string, at: string): Promise<Record<string, string[]>> {
  const get = async (path: string, accept = 'application/json') => {
    const reply = await app.inject({ url: path, headers: { accept } })
    assert.equal(reply.statusCode, 200, `${path}: ${reply.body.slice(0, 300)}`)
    return reply
  }
  const address = `/registers/${register}`
  const question = at && `?at=@${at}`
  const notations = (quads: ReturnType<typeof readTurtle>) =>
    quads.filter(({ predicate }) => predicate.value === NOTATION).map(({ object }) => object.value)
  const csv = (text: string) => {
    const parser = new CsvParser()
    return [...parser.push(text), ...parser.end()].slice(1).map(({ cells }) => cells[0]!)
  }
  const history = await get(`${address}/snapshots/${at || (await get(`${address}/register`)).json()['total-entries']}?page-size=5000`)
  const faces: Record<string, string[]> = {
    snapshot: history.json().map(({ key }: { key: string }) => key),
    turtle: notations(readTurtle((await get(`${address}.ttl${question}`)).body)),
    'json-ld': notations(readJsonLd((await get(`${address}.jsonld${question}`)).json())),
    'rdf/xml': [...(await get(`${address}.rdf${question}`)).body.matchAll(/<skos:notation>([^<]*)</g)].map(([, code]) => plainText(code!)),
    csv: csv((await get(`${address}.csv${question}`)).body),
    expand: (await get(`/v1/registers/${register}/expand?limit=5000${at && `&at=@${at}`}`))
      .json()
      .codes.map(({ code }: { code: string }) => code),
    'table schema': (await get(`/v1/registers/${register}/table-schema${question}`))
      .json()
      .fields.find(({ name }: { name: string }) => name === register).constraints.enum,
    'json schema': ((schema) => [...schema.enum, ...schema['x-retired']])(
      (await get(`/v1/registers/${register}/json-schema${question}`)).json(),
    ),
  }
  if (at) return faces
  const value = (await get(`/fhir/ValueSet/${register}/$expand?count=5000`)).json().expansion.contains
  return {
    ...faces,
    'version 1': Object.keys((await get(`${address}/records?page-size=5000`)).json()),
    'version 2': (await get(`${address}/v2/records?page-size=5000`)).json().map(({ _id }: { _id: string }) => _id),
    rsf: [...new Set([...(await get(`${address}/download-rsf`)).body.matchAll(/^append-entry\tuser\t([^\t]+)/gm)].map(([, key]) => key!))],
    fhir: value.map(({ code }: { code: string }) => code),
    'code system': concepts((await get(`/fhir/CodeSystem/${register}`)).json().concept),
    reconciliation: (await Promise.all(
      faces['snapshot']!.map(
        async (code) =>
          (await get(`${address}/reconcile?queries=${encodeURIComponent(JSON.stringify({ q: { query: code, limit: 1 } }))}`)).json().q
            .result[0]?.id,
      ),
    )) as string[],
  }
}

const plainText = (text: string) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')

function concepts(list: Array<{ code: string; concept?: [] }>): string[] {
  return list.flatMap(({ code, concept = [] }) => [code, ...concepts(concept)])
}

test('every face of a register shows the same codes at the same size of its log', async (t) => {
  const { registers, app } = await newSixteen(t, { baseUrl: 'http://registers.example' })
  const server = await app()
  let number = 0
  const code = fc.stringMatching(/^[A-Z0-9]{1,3}([./][0-9]{1,2})?$/)
  const entry = fc.record({
    code,
    name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    parent: fc.option(code),
    end: fc.option(fc.constant('2001-01-01')),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 12 }), async (entries) => {
      const register = `list-${(number += 1)}`
      await registers.create({
        register,
        title: 'A list',
        fields: [
          { field: register, datatype: 'string', cardinality: '1' },
          { field: 'name', datatype: 'string', cardinality: '1' },
          { field: 'parent', datatype: 'string', cardinality: '1' },
          { field: 'end-date', datatype: 'datetime', cardinality: '1' },
        ],
      })
      for (const { code: key, name, parent, end } of entries)
        await registers.append(register, [
          {
            log: 'user',
            key,
            timestamp: '2026-11-24T12:00:00Z',
            items: [canonical({ [register]: key, name, ...(parent && parent !== key && { parent }), ...(end && { 'end-date': end }) })],
          },
        ])
      for (const size of ['', String(Math.ceil(entries.length / 2))]) {
        const wanted = [...new Set(entries.slice(0, size ? Number(size) : undefined).map(({ code: key }) => key))].sort()
        for (const [face, codes] of Object.entries(await facesOf(server, register, size))) assert.deepEqual(codes.toSorted(), wanted, face)
      }
    }),
    { numRuns: 8 },
  )
})

function canonical(item: Record<string, string>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))))
}

test('shipped registers show the same codes on every face, and their SKOS keeps to one preferred label a language', async (t) => {
  const { registers, app } = await newSixteen(t, { baseUrl: 'http://registers.example' })
  await registers.ship()
  const server = await app()
  for (const register of ['licence', 'police-force', 'local-authority', 'industrial-classification-2007']) {
    const { snapshot, ...faces } = await facesOf(server, register, '10')
    for (const [face, codes] of Object.entries(faces)) assert.deepEqual(codes.toSorted(), snapshot!.toSorted(), `${register} ${face}`)
  }
  const quads = readTurtle((await server.inject('/registers/local-authority.ttl')).body)
  const preferred = quads
    .filter(({ predicate }) => predicate.value.endsWith('#prefLabel'))
    .map(({ subject, object }) => `${subject.value} ${(object as unknown as { language: string }).language}`)
  assert.equal(new Set(preferred).size, preferred.length)
  const of = (name: string) =>
    new Set(
      quads.filter(({ predicate }) => predicate.value.endsWith(name)).map(({ subject, object }) => `${subject.value} ${object.value}`),
    )
  const alternative = of('#altLabel')
  assert.deepEqual(
    [...of('#prefLabel')].filter((label) => alternative.has(label)),
    [],
  )
})
