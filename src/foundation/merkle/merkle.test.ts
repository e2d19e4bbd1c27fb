import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Growth } from './growth.ts'
import { auditPath, consistencyPath, emptyRoot, isConsistent, leafHash, nodeHash, rootFromPath, rootOf } from './tree.ts'

function grow(sizes: number[]) {
  const chunks = new Map<string, Uint8Array>()
  const store = {
    read: (level: number, chunk: number) => chunks.get(`${level} ${chunk}`),
    write: (level: number, chunk: number, hashes: Uint8Array) => void chunks.set(`${level} ${chunk}`, Uint8Array.from(hashes)),
  }
  let size = 0
  let tree = new Growth(0, store)
  for (const more of sizes) {
    tree = new Growth(size, store) // opened again, as after a restart
    for (let at = 0; at < more; at += 1) tree.append(leafOf(size + at))
    tree.flush()
    size += more
  }
  return { size, node: tree.node }
}

const leafOf = (index: number): Buffer => leafHash(Buffer.from(`leaf ${index}`))

/** The definition of RFC 6962, section 2.1, as it stands there. */
function plainRoot(from: number, to: number): Buffer {
  if (from === to) return emptyRoot
  if (to - from === 1) return leafOf(from)
  let split = 1
  while (split * 2 < to - from) split *= 2
  return nodeHash(plainRoot(from, from + split), plainRoot(from + split, to))
}

test('the root of every prefix is that of the definition, however the tree grew', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 90 }), { maxLength: 4 }), (sizes) => {
      const { size, node } = grow(sizes)
      for (let prefix = 0; prefix <= size; prefix += 1 + Math.floor(size / 17)) assert.deepEqual(rootOf(prefix, node), plainRoot(0, prefix))
    }),
    { numRuns: 30 },
  )
})

test('an audit path leads from its leaf to the root, and from no other leaf', () => {
  const { node } = grow([150])
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 150 }), fc.nat(149), (size, at) => {
      const index = at % size
      const path = auditPath(index, size, node)
      assert.deepEqual(rootFromPath(leafOf(index), index, size, path), rootOf(size, node))
      assert.notDeepEqual(rootFromPath(leafOf(index + 1), index, size, path), rootOf(size, node))
      assert.equal(rootFromPath(leafOf(index), index, size, [...path, emptyRoot]), undefined)
    }),
  )
})

test('a consistency path shows that one tree begins with the other, and shows nothing of a fork', () => {
  const { node } = grow([150])
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 150 }), fc.integer({ min: 0, max: 150 }), (a, b) => {
      const [older, newer] = [Math.min(a, b), Math.max(a, b)]
      const nodes = consistencyPath(older, newer, node)
      const roots = { older: rootOf(older, node), newer: rootOf(newer, node) }
      assert.ok(isConsistent({ older, newer }, roots, nodes))
      if (older === 0) return
      assert.ok(!isConsistent({ older, newer }, { ...roots, older: leafHash(roots.older) }, nodes))
      assert.ok(!isConsistent({ older, newer }, { ...roots, newer: leafHash(roots.newer) }, nodes))
    }),
  )
})
