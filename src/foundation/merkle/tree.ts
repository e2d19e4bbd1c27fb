import { hash } from 'node:crypto'

/** Reads the hash of a complete subtree: of `2 ** level` leaves, the `index`th of its level. */
export type ReadNode = (level: number, index: number) => Buffer

const LEAF = Buffer.of(0)
const NODE = Buffer.of(1)
const HASH_BYTES = 32

/** Root of a tree without leaves: SHA-256 of nothing. */
export const emptyRoot: Buffer = sha256(Buffer.alloc(0))

export function sha256(bytes: string | Uint8Array): Buffer {
  return hash('sha256', bytes, 'buffer')
}

/** Hash of a leaf. @see RFC 6962, section 2.1 */
export function leafHash(bytes: Uint8Array): Buffer {
  return sha256(Buffer.concat([LEAF, bytes]))
}

const pair = Buffer.alloc(1 + 2 * HASH_BYTES, NODE)

/** Hash of two neighbouring subtrees. @see RFC 6962, section 2.1 */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  pair.set(left, 1)
  pair.set(right, 1 + HASH_BYTES)
  return sha256(pair)
}

/** Root of the first `size` leaves. */
export function rootOf(size: number, node: ReadNode): Buffer {
  return size === 0 ? emptyRoot : subtree(0, size, node)
}

/**
 * The siblings that lead from leaf `index` (from 0) to the root of `size` leaves, lowest first.
 *
 * @see RFC 6962, section 2.1.1
 */
export function auditPath(index: number, size: number, node: ReadNode): Buffer[] {
  const path: Buffer[] = []
  let [start, end] = [0, size]
  while (end - start > 1) {
    const middle = start + splitOf(end - start)
    const left = index < middle
    path.push(left ? subtree(middle, end, node) : subtree(start, middle, node))
    if (left) end = middle
    else start = middle
  }
  return path.reverse()
}

/**
 * The nodes that show that the first `small` of `large` leaves are unchanged.
 *
 * @see RFC 6962, section 2.1.2
 */
export function consistencyPath(small: number, large: number, node: ReadNode): Buffer[] {
  if (small === 0 || small === large) return []
  const prove = (start: number, end: number, whole: boolean): Buffer[] => {
    if (end === small) return whole ? [] : [subtree(start, end, node)]
    const middle = start + splitOf(end - start)
    return small <= middle
      ? [...prove(start, middle, whole), subtree(middle, end, node)]
      : [...prove(middle, end, false), subtree(start, middle, node)]
  }
  return prove(0, large, true)
}

/** The root that a leaf and its audit path lead to; undefined when the path has the wrong length. @see RFC 9162, section 2.1.3.2 */
export function rootFromPath(leaf: Uint8Array, index: number, size: number, path: readonly Uint8Array[]): Buffer | undefined {
  if (index >= size) return undefined
  let [at, last] = [index, size - 1]
  let root: Buffer = Buffer.from(leaf)
  for (const sibling of path) {
    if (last === 0) return undefined
    if (at % 2 === 1 || at === last) {
      root = nodeHash(sibling, root)
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)]
    } else root = nodeHash(root, sibling)
    ;[at, last] = [half(at), half(last)]
  }
  return last === 0 ? root : undefined
}

/** Whether the nodes show that the tree of root `newer` begins with the tree of root `older`. @see RFC 9162, section 2.1.4.2 */
export function isConsistent(
  sizes: { older: number; newer: number },
  roots: { older: Uint8Array; newer: Uint8Array },
  nodes: readonly Uint8Array[],
): boolean {
  if (sizes.older > sizes.newer) return false
  if (sizes.older === 0) return nodes.length === 0
  if (sizes.older === sizes.newer) return nodes.length === 0 && Buffer.compare(roots.older, roots.newer) === 0
  let [at, last] = [sizes.older - 1, sizes.newer - 1]
  while (at % 2 === 1) [at, last] = [half(at), half(last)]
  const rest = at === 0 ? [roots.older, ...nodes] : [...nodes]
  const first = rest.shift()
  if (!first) return false
  let [older, newer]: [Buffer, Buffer] = [Buffer.from(first), Buffer.from(first)]
  for (const node of rest) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      older = nodeHash(node, older)
      newer = nodeHash(node, newer)
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)]
    } else newer = nodeHash(newer, node)
    ;[at, last] = [half(at), half(last)]
  }
  return last === 0 && Buffer.compare(older, roots.older) === 0 && Buffer.compare(newer, roots.newer) === 0
}

function subtree(start: number, end: number, node: ReadNode): Buffer {
  const count = end - start
  const level = Math.log2(count)
  if (Number.isInteger(level)) return node(level, start / count)
  const middle = start + splitOf(count)
  return nodeHash(subtree(start, middle, node), subtree(middle, end, node))
}

/** The largest power of two below `count`. */
function splitOf(count: number): number {
  return 2 ** (Math.ceil(Math.log2(count)) - 1)
}

const half = (number: number): number => Math.floor(number / 2)
