import type { HashedCommand } from './hashed.ts'

/** Commands as they go from one thread to another: a few long arrays are copied a hundred times faster than thousands of objects. */
export interface Packed {
  /** Of the first command; the others follow line by line. */
  line: number
  kinds: Uint8Array
  /** The item's JSON, or the entry's key and then its timestamp. */
  texts: string[]
  /** How many items each entry has. */
  counts: Uint32Array
  /** 32 bytes each: the item's or the asserted root; the entry's leaf, if it has one, and then its items. */
  hashes: Uint8Array<ArrayBuffer>
}

const kinds = { assertion: 0, item: 1, user: 2, system: 3 } as const
const HASH_BYTES = 32

export function pack(commands: readonly HashedCommand[]): Packed {
  const texts: string[] = []
  const counts: number[] = []
  const hashes: Buffer[] = []
  const packedKinds = Uint8Array.from(commands, (command) => {
    if (command.command === 'assert-root-hash') {
      hashes.push(command.hash)
      return kinds.assertion
    }
    if (command.command === 'add-item') {
      texts.push(command.json)
      hashes.push(command.hash)
      return kinds.item
    }
    texts.push(command.key, command.timestamp)
    counts.push(command.items.length)
    if (command.leaf) hashes.push(command.leaf)
    hashes.push(...command.items)
    return command.leaf ? kinds.user : kinds.system
  })
  const bytes = new Uint8Array(hashes.length * HASH_BYTES)
  for (const [at, hash] of hashes.entries()) bytes.set(hash, at * HASH_BYTES)
  return { line: commands[0]?.line ?? 0, kinds: packedKinds, texts, counts: Uint32Array.from(counts), hashes: bytes }
}

export function unpack({ line, kinds: packedKinds, texts, counts, hashes }: Packed): HashedCommand[] {
  let [text, count, offset] = [0, 0, 0]
  const hash = (): Buffer => {
    offset += HASH_BYTES
    return Buffer.from(hashes.buffer, hashes.byteOffset + offset - HASH_BYTES, HASH_BYTES)
  }
  return Array.from(packedKinds, (kind, at): HashedCommand => {
    if (kind === kinds.assertion) return { command: 'assert-root-hash', line: line + at, hash: hash() }
    if (kind === kinds.item) return { command: 'add-item', line: line + at, json: texts[text++]!, hash: hash() }
    const leaf = kind === kinds.user ? { leaf: hash() } : {}
    const items = Array.from({ length: counts[count++]! }, hash)
    const [key, timestamp] = [texts[text++]!, texts[text++]!]
    return { command: 'append-entry', line: line + at, log: kind === kinds.user ? 'user' : 'system', key, timestamp, items, ...leaf }
  })
}
