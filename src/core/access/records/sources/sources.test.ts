import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openStore } from '../../../../foundation/engines/sqlite/index.ts'
import { readXmlTree } from '../../../../foundation/formats/xml-tree.ts'
import { fixedClock, Problem } from '../../../../foundation/kernel/index.ts'
import type { RecordSource } from '../model.ts'
import { withBreaker } from './breaker.ts'
import { fileDropSource } from './file-drop.ts'
import { jsonSource } from './json.ts'
import { envelopeOf, soapSource, textAt } from './soap.ts'
import { sqlSource } from './sql/index.ts'

/** Somebody's old service on this machine; the answer says what it was asked. */
async function legacy(t: TestContext, answer: (body: string, request: IncomingMessage, response: ServerResponse) => void) {
  const asked: Array<{ url: string; body: string; headers: IncomingMessage['headers'] }> = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece) => void (body += piece))
    request.on('end', () => {
      asked.push({ url: request.url ?? '', body, headers: request.headers })
      answer(body, request, response)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sixteen-source-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const person = { number: 'K7', name: { last: 'Example', first: 'Asha' }, born: '1991-03-14', secret: 'not for anybody' }

const overJson = (address: string, more: object = {}): RecordSource =>
  jsonSource({
    privateNetwork: true,
    headers: async () => ({ 'x-api-key': 'k' }),
    record: (key, fields) => ({ address: `${address}/find`, body: { number: key, fields } }),
    at: 'result/0',
    fields: { lastName: 'name/last', initial: (row) => String((row as typeof person).name.first)[0], born: 'born', tribe: '__proto__/x' },
    match: { request: (claims) => ({ address: `${address}/match`, body: claims }), key: 'number' },
    ...more,
  })

test('records of a JSON service are asked for by field, in the body, and cut as they come in', async (t) => {
  const { address, asked } = await legacy(t, (body, { url }, response) => {
    if (url === '/match') return response.end(JSON.stringify(body.includes('ZZ1') ? { number: 7 } : {}))
    if (body.includes('none')) return response.writeHead(404).end()
    return response.end(JSON.stringify({ result: [person] }))
  })
  const source = overJson(address)
  assert.deepEqual(await source.fetch('K7', ['lastName', 'initial']), { lastName: 'Example', initial: 'A' })
  assert.deepEqual(await source.fetch('K7', ['tribe', 'constructor', 'secret']), { tribe: null })
  assert.equal(await source.fetch('none', ['lastName']), undefined)
  assert.equal(await source.match({ postcode: 'ZZ1 1AA' }), '7')
  assert.equal(await source.match({ postcode: 'ZZ2' }), undefined)
  assert.equal(await source.version!('K7'), await source.version!('K7'))
  assert.deepEqual(JSON.parse(asked[0]!.body), { number: 'K7', fields: ['lastName', 'initial'] })
  assert.equal(asked[0]!.headers['x-api-key'], 'k')
  assert.ok(asked.every(({ url }) => !url.includes('K7')))
})

test('a source that is late, sends elsewhere, says too much or nothing of use is a failure, and private networks are closed unless declared', async (t) => {
  const { address } = await legacy(t, (_body, { headers }, response) => {
    const how = headers['x-how']
    if (how === 'late') return
    if (how === 'elsewhere') return response.writeHead(302, { location: '/other' }).end()
    if (how === 'long') return response.end(`{"result":["${'x'.repeat(5_000_000)}"]}`)
    if (how === 'broken') return response.end('<html>')
    return response.writeHead(500).end(JSON.stringify(person))
  })
  for (const how of ['late', 'elsewhere', 'long', 'broken', 'failing']) {
    const source = overJson(address, { timeoutMs: 300, headers: async () => ({ 'x-how': how }) })
    await assert.rejects(source.fetch('K7', ['lastName']), (error: Error) => !error.message.includes('Example'), how)
  }
  await assert.rejects(overJson(address, { privateNetwork: false }).fetch('K7', ['lastName']), /private address/)
})

test('after five failures in a row a source is left in peace, and what it said goes no further', async () => {
  const clock = fixedClock('2026-11-24T12:00:00.000Z')
  let asked = 0
  let works = false
  const source = withBreaker(
    {
      fetch: async () => {
        asked += 1
        if (!works) throw new Error('Asha Example, K7: table is locked')
        return {}
      },
      match: async () => undefined,
    },
    'Licence',
    clock,
  )
  const failure = (error: unknown) =>
    error instanceof Problem && error.code === 'record-source-failed' && !/Asha|K7/.test(JSON.stringify(error.toBody('')))
  for (let time = 0; time < 8; time += 1) await assert.rejects(source.fetch('K7', []), failure)
  assert.equal(asked, 5)
  clock.advance(10_000)
  await assert.rejects(source.fetch('K7', []), failure)
  assert.equal(asked, 6, 'one tries again')
  clock.advance(10_000)
  works = true
  assert.deepEqual([await source.fetch('K7', []), await source.fetch('K7', []), asked], [{}, {}, 8])
})

test('records of a SOAP service come from its envelope, faults are failures, and what is typed stays text', async (t) => {
  const { address, asked } = await legacy(t, (body, _request, response) => {
    const call = readXmlTree(body)
    const number = textAt(call, 'Body/GetPerson/number')
    const inside =
      number === 'fault'
        ? '<s:Fault><faultstring>Asha</faultstring></s:Fault>'
        : number === 'K<7>&'
          ? '<GetPersonResponse><person><last>Ex &amp; ample</last><secret>s</secret><id>K7</id></person></GetPersonResponse>'
          : '<GetPersonResponse/>'
    response.end(`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${inside}</s:Body></s:Envelope>`)
  })
  const source = soapSource({
    privateNetwork: true,
    address,
    namespace: 'urn:people',
    record: (number, fields) => ({ operation: 'GetPerson', values: { number, field: fields } }),
    at: 'GetPersonResponse/person',
    fields: { lastName: 'last' },
    match: { call: ({ number = '' }) => ({ operation: 'GetPerson', values: { number } }), key: 'GetPersonResponse/person/id' },
  })
  assert.deepEqual(await source.fetch('K<7>&', ['lastName', 'secret']), { lastName: 'Ex & ample' })
  assert.equal(asked[0]!.headers.soapaction, '"urn:people/GetPerson"')
  assert.match(asked[0]!.body, /<field>lastName<\/field><field>secret<\/field>/)
  assert.equal(await source.fetch('K8', ['lastName']), undefined)
  assert.deepEqual([await source.match({ number: 'K<7>&' }), await source.match({ number: 'K8' })], ['K7', undefined])
  await assert.rejects(source.fetch('fault', ['lastName']), (error: Error) => !error.message.includes('Asha'))
  assert.match(
    envelopeOf({ operation: 'A b', values: { 'c"': '</x>' } }, 'urn:"', '1.2'),
    /<A_b xmlns="urn:&quot;"><c_>&lt;\/x&gt;<\/c_><\/A_b>/,
  )
})

test('records in a table: the columns that are asked for, of one row, read only', async (t) => {
  const folder = await folderOf(t)
  const path = join(folder, 'legacy.sqlite')
  const store = openStore(path)
  store.raw.exec(
    "create table \"people \"\"old\"\"\" (no text, last_name text, secret text, postcode text); insert into \"people \"\"old\"\"\" values ('K7', 'Example', 's', 'ZZ1'), ('K8', 'Twice', 's', 'ZZ8'), ('K8', 'Twice', 's', 'ZZ8')",
  )
  const source = sqlSource({
    path,
    table: 'people "old"',
    key: 'no',
    fields: { lastName: 'last_name', number: 'no' },
    claims: { number: 'no', postcode: 'postcode' },
    normalise: (_claim, typed) => typed.toUpperCase().replaceAll(' ', ''),
  })
  t.after(async () => {
    source.close()
    await store.close()
  })
  assert.deepEqual(await source.fetch('K7', ['lastName', 'number', 'secret', 'constructor']), { lastName: 'Example', number: 'K7' })
  assert.equal(await source.fetch("K7' or '1'='1", ['lastName']), undefined)
  assert.equal(await source.fetch('K8', ['lastName']), undefined, 'two rows are nobody')
  assert.equal(await source.match({ number: 'k 7', postcode: 'zz1' }), 'K7')
  assert.equal(await source.match({ number: 'K7' }), undefined, 'every claim is needed')
  store.raw.exec('update "people ""old""" set last_name = \'Sample\' where no = \'K7\'')
  assert.deepEqual(await source.fetch('K7', ['lastName']), { lastName: 'Sample' })
})

test('records in dropped files: the newest whole file answers, and a broken one does not take its place', async (t) => {
  const folder = await folderOf(t)
  const source = fileDropSource({
    folder,
    key: 'no',
    fields: { lastName: 'last', points: (rows) => rows.map(({ points }) => Number(points)) },
    keyOf: ({ number = '' }) => number,
    matches: ({ born }, [row]) => row?.born === born,
  })
  await assert.rejects(source.fetch('K7', ['lastName']), /no file/)
  const drop = async (name: string, text: string) => {
    await writeFile(join(folder, `${name}.part`), text)
    await rename(join(folder, `${name}.part`), join(folder, name))
  }
  await drop('2026-11-01.csv', '\ufeffno,last,points,born\r\nK7,"Example, Asha",3,1991\r\nK7,"Example, Asha",6,1991\r\nbroken line\r\n')
  assert.deepEqual(await source.fetch('K7', ['lastName', 'points', 'born']), { lastName: 'Example, Asha', points: [3, 6] })
  assert.deepEqual(
    [await source.match({ number: 'K7', born: '1991' }), await source.match({ number: 'K7', born: '1992' })],
    ['K7', undefined],
  )
  await writeFile(join(folder, '2026-12-01.csv.part'), 'no,last\nK7,Half')
  await drop('2026-11-08.csv', 'wrong,header\n1,2\n')
  assert.deepEqual(await source.fetch('K7', ['points']), { points: [3, 6] }, 'the file before it answers')
  await drop('2026-11-15.csv', 'no,last,points,born\nK7,Sample,0,1991\n')
  assert.deepEqual(await source.fetch('K7', ['lastName']), { lastName: 'Sample' })
  await drop('2026-11-15.csv', 'no,last,points,born\nK7,Changed,0,1991\n')
  await utimes(join(folder, '2026-11-15.csv'), 1, 1)
  assert.deepEqual(await source.fetch('K7', ['lastName']), { lastName: 'Changed' })
})
