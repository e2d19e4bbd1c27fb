import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { newSixteen } from '../support/sixteen.ts'
import { type Before, killTrial } from './register-trials.ts'

test('a writer that is killed leaves no gap, no fork and no loss of what it acknowledged', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sixteen-registers-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  let before: Before = { size: 0, root: Buffer.alloc(0) }
  let acknowledged = 0
  for (let run = 0; run < 4; run += 1) {
    const after = await killTrial(join(folder, 'registers.sqlite'), run, 20 + run * 37, before)
    assert.ok(after.size >= before.size)
    before = after
    acknowledged += after.acknowledged
  }
  assert.ok(acknowledged > 0, 'the trials wrote something')
})

test('a mirror follows by deltas, proves that it is the same log, and serves on when its source is down or lies', async (t) => {
  const source = await newSixteen(t)
  await source.registers.create({
    register: 'colour',
    title: 'Colours',
    noticeDays: 0,
    fields: [
      { field: 'colour', datatype: 'string', cardinality: '1' },
      { field: 'name', datatype: 'string', cardinality: '1' },
    ],
  })
  await source.registers.changes.append('colour', [{ colour: 'red', name: 'Red' }])
  const address = `${await source.listen()}/registers/colour`
  const mirror = await newSixteen(t)
  const follow = () => mirror.registers.follow('colour', address, { allowPrivate: true })
  const same = () => assert.equal(mirror.registers.summary('colour').root, source.registers.summary('colour').root)
  assert.deepEqual(await follow(), { register: 'colour', source: address, from: 0, to: 1 })
  same()
  await source.registers.changes.append('colour', [
    { colour: 'blue', name: 'Blue' },
    { colour: 'red', name: 'Bright red' },
  ])
  const {
    items: [item],
  } = source.registers.codes.prove([{ register: 'colour', entry: 1 }])[0]!
  assert.equal(item?.['name'], 'Red')
  assert.deepEqual(await follow(), { register: 'colour', source: address, from: 1, to: 3 })
  same()
  const hash = source.registers.codes.prove([{ register: 'colour', entry: 1 }])[0]?.itemHashes[0]
  await source.registers.redact('colour', { item: hash ?? '', fields: ['name'], reason: 'asked for' })
  await follow()
  const [proof] = mirror.registers.codes.prove([{ register: 'colour', entry: 1 }])
  assert.match(String(proof?.items[0]?.['name']), /^\*\*REDACTED\*\*/)
  same()
  await assert.rejects(mirror.registers.follow('colour', address), { code: 'file-not-readable' }, 'private addresses need to be allowed')

  // Another log under the same address: its past is not what the mirror has.
  await source.registers.remove('colour')
  await source.registers.create({
    register: 'colour',
    title: 'Colours',
    fields: [{ field: 'colour', datatype: 'string', cardinality: '1' }],
  })
  await source.registers.changes.append(
    'colour',
    ['a', 'b', 'c', 'd'].map((colour) => ({ colour })),
  )
  await assert.rejects(follow(), { code: 'register-fork' })
  const failures: string[] = []
  await (await source.app()).close()
  assert.deepEqual(await mirror.registers.followAll((register) => failures.push(register)), [])
  assert.deepEqual(failures, ['colour'])
  const app = await mirror.app()
  assert.equal((await app.inject('/registers/colour/records/blue')).json().blue.item[0].name, 'Blue')
})
