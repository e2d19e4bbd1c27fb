import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStore } from '../../../foundation/engines/sqlite/index.ts'
import { fixedClock } from '../../../foundation/kernel/index.ts'
import { openSigningKeys } from './index.ts'
import { masterKey } from './master.ts'

const DAY_MS = 86_400_000

test('a key is published before it signs and after it has signed, and of two processes one makes the next', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sixteen-keys-'))
  const clock = fixedClock('2026-01-01T00:00:00.000Z')
  const secret = randomBytes(32)
  const stores = [0, 1].map(() => openStore(join(folder, 'access.sqlite')))
  t.after(async () => {
    for (const store of stores) await store.close()
    await rm(folder, { recursive: true, force: true })
  })
  const [one, other] = stores.map((store) => openSigningKeys({ store, master: masterKey(secret), clock }))
  const phases = () => {
    const sets = [one!, other!].map((keys) => keys.set())
    assert.deepEqual(sets[0], sets[1], 'both processes publish and sign with the same')
    assert.ok(sets[0]!.every(({ public: jwk }) => jwk.d === undefined))
    return sets[0]!.map(({ kid, phase }) => `${phase} ${kid}`)
  }
  const first = phases()
  assert.deepEqual([first.length, first[0]!.split(' ')[0]], [1, 'active'])
  const kid = first[0]!.split(' ')[1]!
  clock.advance(87 * DAY_MS)
  assert.deepEqual(phases(), first, 'three days before its end nothing has changed')
  clock.advance(DAY_MS)
  const both = phases()
  const nextKid = both[1]!.split(' ')[1]!
  assert.deepEqual(both, [`active ${kid}`, `next ${nextKid}`], 'published two days before it signs')
  clock.advance(2 * DAY_MS)
  assert.deepEqual(phases(), [`active ${nextKid}`, `retiring ${kid}`], 'what the old one signed can be checked')
  clock.advance(2 * DAY_MS + 1)
  assert.deepEqual(phases(), [`active ${nextKid}`])
})

test('a private key is in the file under the master key alone', async (t) => {
  const store = openStore(':memory:')
  t.after(() => store.close())
  const clock = fixedClock('2026-01-01T00:00:00.000Z')
  openSigningKeys({ store, master: masterKey(randomBytes(32)), clock }).set()
  assert.throws(() => openSigningKeys({ store, master: masterKey(randomBytes(32)), clock }).set())
})
