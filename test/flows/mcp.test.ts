import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import fc from 'fast-check'
import { answerText } from '../../src/edge/mcp/protocol.ts'
import { tools } from '../../src/edge/mcp/tools.ts'
import { newSixteen, publishText } from '../support/sixteen.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers of a foreign protocol are looked at member by member
type Dict = Record<string, any>

async function open(t: TestContext) {
  const sixteen = await newSixteen(t)
  await sixteen.registers.ship()
  await publishText(sixteen, 'towns', 'Town,Beds\nYork,4\nLeeds,9\nYork,7\n')
  const app = await sixteen.app()
  const post = (payload: unknown, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url: '/mcp',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
      payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
    })
  const call = async (name: string, given: Dict): Promise<Dict> =>
    (await post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: given } })).json().result
  return { sixteen, app, post, call }
}

test('a client says hello, lists the tools, and all of them read', async (t) => {
  const { app, post } = await open(t)
  const hello = (
    await post({
      jsonrpc: '2.0',
      id: 'a',
      method: 'initialize',
      params: { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'c', version: '1' } },
    })
  ).json()
  assert.deepEqual(
    [hello.id, hello.result.protocolVersion, hello.result.capabilities, hello.result.serverInfo.name],
    ['a', '2025-03-26', { tools: { listChanged: false } }, 'sixteen'],
  )
  const accepted = await post({ jsonrpc: '2.0', method: 'notifications/initialized' }, { 'mcp-protocol-version': '2025-03-26' })
  assert.deepEqual([accepted.statusCode, accepted.body], [202, ''])
  const { result } = (await post({ jsonrpc: '2.0', id: 2, method: 'tools/list' })).json()
  assert.deepEqual(
    result.tools.map(({ name }: Dict) => name),
    tools.map(({ name }) => name),
  )
  assert.ok(
    result.tools.every((tool: Dict) => tool.annotations.readOnlyHint && tool.inputSchema.type === 'object' && tool.description.length > 40),
  )
  assert.equal((await app.inject('/mcp')).statusCode, 405)
  assert.equal((await post({ jsonrpc: '2.0', id: 3, method: 'ping' }, { 'mcp-protocol-version': '1999' })).statusCode, 400)
})

test('data is found, described and queried, with its source', async (t) => {
  const { call } = await open(t)
  assert.deepEqual(
    (await call('search_datasets', { query: 'towns' })).structuredContent.datasets.map(({ name }: Dict) => name),
    ['towns'],
  )
  const described = (await call('describe_dataset', { dataset: 'towns' })).structuredContent
  assert.deepEqual(
    described.schema.fields.map(({ name }: Dict) => name),
    ['Town', 'Beds'],
  )
  const queried = await call('query_dataset', { dataset: 'towns', where: { town__exact: 'York', beds__gte: 5 }, sort: '-beds', limit: 1 })
  assert.deepEqual(queried.structuredContent.records, [{ Town: 'York', Beds: 7 }])
  assert.deepEqual(
    [queried.structuredContent.source.dataset, queried.structuredContent.source.version, queried.structuredContent.source.licence],
    ['towns', '1.0.0', 'not-stated'],
  )
  assert.deepEqual(JSON.parse(queried.content[0].text), queried.structuredContent)
  const grouped = (await call('query_dataset', { dataset: 'towns', group: 'town', measures: 'sum:beds', sort: 'town' })).structuredContent
  assert.equal(grouped.page.total, 2)
  assert.deepEqual((await call('run_sql', { sql: 'select sum(beds) as n from "towns"' })).structuredContent.records, [{ n: 20 }])
  assert.equal((await call('look_up_code', { register: 'local-authority', code: 'LDS' })).structuredContent.display, 'Leeds')
  assert.equal((await call('look_up_code', { register: 'local-authority', name: 'leeds' })).structuredContent.candidates[0].code, 'LDS')
  assert.ok((await call('list_code_lists', { query: 'council' })).structuredContent.registers.length >= 0)
  assert.ok((await call('list_apis', { query: 'records' })).structuredContent.operations.length > 0)
  assert.equal((await call('list_apis', { dataset: 'towns' })).structuredContent.openapi.slice(0, 3), '3.1')
  assert.deepEqual((await call('list_key_data', {})).structuredContent.entries, [])
})

test('what cannot be answered is a result that says what to do, or an error of the protocol', async (t) => {
  const { call, post } = await open(t)
  const refused = async (name: string, given: Dict) => {
    const result = await call(name, given)
    assert.equal(result.isError, true)
    return result.content[0].text as string
  }
  assert.match(await refused('query_dataset', { dataset: 'none' }), /no dataset named none/)
  assert.match(await refused('query_dataset', { dataset: 'towns', where: { nope__exact: 1 } }), /nope/)
  assert.match(await refused('query_dataset', { dataset: 'towns', limit: 5_000 }), /limit/)
  assert.match(await refused('query_dataset', {}), /cannot be taken/)
  assert.match(await refused('run_sql', { sql: "select * from read_csv('/etc/passwd')" }), /not allowed/)
  assert.match(await refused('describe_dataset', { dataset: '../../v1/tokens' }), /no dataset|not found/i)
  assert.match(await refused('look_up_code', { register: 'local-authority' }), /code or a name/)
  const code = async (message: unknown) => (await post(message)).json().error?.code
  assert.deepEqual(
    [
      await code('{'),
      await code({ id: 1, method: 'ping' }),
      await code({ jsonrpc: '2.0', id: 1, method: 'nope' }),
      await code({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'nope' } }),
      await code([]),
      await code({ jsonrpc: '2.0', id: {}, method: 'ping' }),
    ],
    [-32700, -32600, -32601, -32602, -32600, -32600],
  )
  const batch = (
    await post([
      { jsonrpc: '2.0', id: 1, method: 'ping' },
      { jsonrpc: '2.0', method: 'notifications/x' },
      { jsonrpc: '2.0', id: 2, method: 'ping' },
    ])
  ).json()
  assert.deepEqual(
    batch.map(({ id }: Dict) => id),
    [1, 2],
  )
})

test('a token that is wrong is refused at the gate, and one that is right opens nothing more', async (t) => {
  const { sixteen, app, post } = await open(t)
  const { secret } = await sixteen.access.createToken('cabinet-office', 't')
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'search_datasets', arguments: { query: 'towns' } } }
  assert.deepEqual(
    [(await post(message, { authorization: 'Bearer wrong' })).statusCode, (await app.inject('/v1/tokens')).statusCode],
    [401, 401],
  )
  assert.deepEqual((await post(message, { authorization: `Bearer ${secret}` })).json(), (await post(message)).json())
})

test('whatever is sent, the answer is one of the protocol', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc
          .record({
            jsonrpc: fc.constant('2.0'),
            id: fc.integer(),
            method: fc.constantFrom('tools/call', 'initialize', 'x'),
            params: fc.jsonValue(),
          })
          .map((message) => JSON.stringify(message)),
      ),
      async (text) => {
        const answer = await answerText(text, async () => ({ status: 404, body: {} }))
        for (const each of answer === undefined ? [] : [JSON.parse(answer)].flat()) {
          assert.equal(each.jsonrpc, '2.0')
          assert.ok('result' in each !== 'error' in each)
        }
      },
    ),
  )
})

test('the official client connects, lists the tools and calls one', async (t) => {
  const { sixteen } = await open(t)
  const base = await sixteen.listen()
  const client = new Client({ name: 'test', version: '1' })
  // The types of the client do not agree with themselves about optional members.
  await client.connect(new StreamableHTTPClientTransport(new URL(`${base}/mcp`)) as unknown as Parameters<Client['connect']>[0])
  t.after(() => client.close())
  const { tools: listed } = await client.listTools()
  assert.deepEqual(
    listed.map(({ name }) => name),
    tools.map(({ name }) => name),
  )
  const answer = (await client.callTool({ name: 'query_dataset', arguments: { dataset: 'towns' } })) as unknown as {
    structuredContent: { records: unknown[] }
  }
  assert.equal(answer.structuredContent.records.length, 3)
  await assert.rejects(client.callTool({ name: 'nothing', arguments: {} }), /Unknown tool/)
})
