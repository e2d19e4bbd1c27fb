import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { openStore } from '../../../foundation/engines/sqlite/index.ts'
import { fixedClock, type Problem } from '../../../foundation/kernel/index.ts'
import { openRegisters } from '../index.ts'

async function colours() {
  const clock = fixedClock('2026-11-24T12:00:00Z')
  const registers = openRegisters({ store: openStore(':memory:'), clock })
  await registers.create({
    register: 'colour',
    title: 'Colours',
    noticeDays: 10,
    fields: [
      { field: 'colour', datatype: 'name', cardinality: '1' },
      { field: 'name', datatype: 'string', cardinality: '1' },
      { field: 'parent', datatype: 'name', cardinality: '1' },
      { field: 'replaced-by', datatype: 'name', cardinality: 'n' },
      { field: 'end-date', datatype: 'datetime', cardinality: '1' },
    ],
  })
  await registers.changes.append('colour', [
    { colour: 'red', name: 'Red' },
    { colour: 'blue', name: 'Blue' },
    { colour: 'navy', name: 'Navy blue', parent: 'blue' },
  ])
  await registers.changes.recordUses('paints', 'data', [
    {
      register: 'colour',
      dataset: 'paints',
      distribution: 'data',
      column: 'shade',
      version: '1.0.0',
      rows: 9,
      matched: 9,
      confidence: 1,
      codes: { red: 5, blue: 4 },
      texts: { red: 'red', blue: 'blue' },
      issues: [],
    },
  ])
  return { clock, registers }
}

test('each change is told for what it is to those who use the code', async () => {
  const { registers } = await colours()
  const look = async (item: Record<string, unknown>, sameMeaning: string[] = []) => {
    const { findings, noticeEnds } = await registers.changes.propose('colour', { items: [item], proposedBy: 'me', sameMeaning }, true)
    const [{ kind, class: changeClass, backward, forward }] = findings as [(typeof findings)[number]]
    return [kind, changeClass, backward, forward, noticeEnds.slice(0, 10)]
  }
  const [now, later] = ['2026-11-24', '2026-12-04']
  assert.deepEqual(await look({ colour: 'green', name: 'Green' }), ['add', 'compatible', true, false, now])
  assert.deepEqual(await look({ colour: 'red', name: 'Red' }), ['none', 'compatible', true, true, now])
  assert.deepEqual(await look({ colour: 'red', name: 'Red', 'end-date': '2027' }), ['retire', 'breaking', false, true, later])
  assert.deepEqual(await look({ colour: 'red', name: 'Red', 'end-date': '2027', 'replaced-by': ['scarlet', 'crimson'] }), [
    'replace',
    'needs-notice',
    false,
    true,
    later,
  ])
  assert.deepEqual(await look({ colour: 'navy', name: 'Navy', parent: 'blue' }), ['rename', 'needs-notice', true, true, later])
  assert.deepEqual(await look({ colour: 'red', name: 'Zebra stripes' }), ['change-meaning', 'breaking', false, false, later])
  assert.deepEqual(await look({ colour: 'red', name: 'Rouge' }, ['red']), ['rename', 'needs-notice', true, true, later])
  assert.deepEqual(await look({ colour: 'navy', name: 'Navy blue', parent: 'red' }), ['move', 'needs-notice', true, true, later])
  for (const [item, pointer] of [
    [{ colour: 'red', size: '3' }, '/items/size'],
    [{ name: 'Nameless' }, '/items/colour'],
    [{ colour: 'Red Hot' }, '/items/colour'],
    [{ colour: 'red', 'end-date': 'soon' }, '/items/end-date'],
    [{ colour: 'red', name: ['a', 'b'] }, '/items/name'],
  ] as const)
    await assert.rejects(look(item), (error: Problem) => {
      assert.deepEqual([error.code, error.fields.pointer], ['register-change-refused', pointer])
      return true
    })
})

test('what needs notice cannot be entered before its end, and is entered by itself after', async () => {
  const { registers, clock } = await colours()
  const retire = { colour: 'red', name: 'Red', 'end-date': '2026-12-31' }
  await assert.rejects(registers.changes.append('colour', [retire]), { code: 'register-change-refused' })
  const proposal = await registers.changes.propose('colour', { items: [retire], proposedBy: 'me', note: 'Out of fashion' })
  assert.deepEqual(proposal.reaches, {
    columns: [{ dataset: 'paints', distribution: 'data', column: 'shade', version: '1.0.0', rows: 5 }],
    datasets: 1,
    rows: 5,
    subscribers: 0,
    registers: [],
  })
  await assert.rejects(registers.changes.enter('colour', proposal.id), { code: 'register-change-refused' })
  assert.equal(await registers.changes.enterDue(), 0)
  clock.advance(10 * 86_400_000)
  assert.equal(await registers.changes.enterDue(), 1)
  assert.equal(await registers.changes.enterDue(), 0)
  const { state, size } = await registers.changes.proposal('colour', proposal.id)
  assert.deepEqual([state, size], ['entered', 4])
  assert.deepEqual(
    registers.changes.migration('colour', 3).map(({ code, kind, before, after }) => [code, kind, before, after]),
    [['red', 'retire', 'Red', 'Red']],
  )
  await assert.rejects(registers.changes.withdraw('colour', proposal.id), { code: 'register-moved' })
})

test('a writer who expects another size is refused', async () => {
  const { registers } = await colours()
  await assert.rejects(registers.changes.append('colour', [{ colour: 'green', name: 'Green' }], 2), { code: 'register-moved' })
  assert.equal((await registers.changes.append('colour', [{ colour: 'green', name: 'Green' }], 3)).size, 4)
})

test('subscribers are told in signed deliveries, again when they did not answer', async (t) => {
  const { registers, clock } = await colours()
  const got: Array<{ signature: string; body: string }> = []
  let status = 500
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      got.push({ signature: String(request.headers['x-sixteen-signature']), body })
      response.writeHead(status).end()
    })
  }).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const { id, secret } = await registers.changes.subscribe('colour', `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, 3)
  await registers.changes.append('colour', [{ colour: 'green', name: 'Green' }])
  assert.equal(await registers.changes.deliver(), 0, 'private addresses are not called')
  assert.equal(got.length, 0)
  clock.advance(60_000)
  assert.equal(await registers.changes.deliver(true), 0)
  assert.equal(await registers.changes.deliver(true), 0, 'not before it is due again')
  clock.advance(600_000)
  status = 204
  assert.equal(await registers.changes.deliver(true), 1)
  assert.equal(got.length, 2)
  const { signature, body } = got[1]!
  assert.equal(signature, `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`)
  assert.deepEqual(JSON.parse(body), { event: 'change-entered', size: 4, register: 'colour', pinned: 3 })
  await assert.rejects(registers.changes.unsubscribe('colour', id, 'wrong'), { code: 'route-not-found' })
  await registers.changes.unsubscribe('colour', id, secret)
})
