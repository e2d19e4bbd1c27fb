import { nodeHash, type ReadNode } from './tree.ts'

const HASH_BYTES = 32
/** Hashes kept together: few enough to rewrite the last chunk at each append, many enough that a load writes few rows. */
export const CHUNK_HASHES = 64

/** Where chunks of one tree are kept. */
export interface Chunks {
  read(level: number, chunk: number): Uint8Array | undefined
  write(level: number, chunk: number, hashes: Uint8Array): void
}

interface Edge {
  chunk: number
  filled: number
  hashes: Buffer
}

/**
 * Grows a tree leaf by leaf. Each level keeps its last chunk in memory and writes it when it is full; `flush` writes the rest.
 * What lies beyond `size` in the chunks, from a load that broke off, is overwritten.
 */
export class Growth {
  #size: number
  #chunks: Chunks
  #edges: Edge[] = []
  #unwritten = new Set<number>()

  constructor(size: number, chunks: Chunks) {
    this.#size = size
    this.#chunks = chunks
  }

  get size(): number {
    return this.#size
  }

  append(leaf: Uint8Array): void {
    let hash = leaf
    let index = this.#size
    this.#size += 1
    for (let level = 0; ; level += 1, index = (index - 1) / 2) {
      const edge = this.#edge(level, index)
      edge.hashes.set(hash, edge.filled * HASH_BYTES)
      edge.filled += 1
      this.#unwritten.add(level)
      const odd = index % 2 === 1
      if (odd) hash = nodeHash(edge.hashes.subarray((edge.filled - 2) * HASH_BYTES, (edge.filled - 1) * HASH_BYTES), hash)
      if (edge.filled === CHUNK_HASHES) this.#write(level, edge)
      if (!odd) return
    }
  }

  flush(): void {
    for (const level of this.#unwritten) this.#write(level, this.#edges[level]!)
  }

  /** Reads nodes of the tree as grown so far, whether written or not. */
  readonly node: ReadNode = (level, index) => {
    const edge = this.#edges[level]
    const chunk = Math.floor(index / CHUNK_HASHES)
    const at = (index % CHUNK_HASHES) * HASH_BYTES
    if (edge?.chunk === chunk) return edge.hashes.subarray(at, at + HASH_BYTES)
    return slice(this.#chunks.read(level, chunk), level, index)
  }

  #write(level: number, edge: Edge): void {
    this.#chunks.write(level, edge.chunk, edge.hashes.subarray(0, edge.filled * HASH_BYTES))
    this.#unwritten.delete(level)
  }

  #edge(level: number, index: number): Edge {
    const chunk = Math.floor(index / CHUNK_HASHES)
    const filled = index % CHUNK_HASHES
    const known = this.#edges[level]
    if (known && known.chunk === chunk) return known
    const hashes = Buffer.alloc(CHUNK_HASHES * HASH_BYTES)
    const before = filled > 0 ? this.#chunks.read(level, chunk) : undefined
    if (before) hashes.set(before.subarray(0, filled * HASH_BYTES))
    return (this.#edges[level] = { chunk, filled, hashes })
  }
}

/** Reads nodes of a stored tree. */
export function nodeReader(chunks: Pick<Chunks, 'read'>): ReadNode {
  return (level, index) => slice(chunks.read(level, Math.floor(index / CHUNK_HASHES)), level, index)
}

function slice(chunk: Uint8Array | undefined, level: number, index: number): Buffer {
  const at = (index % CHUNK_HASHES) * HASH_BYTES
  if (!chunk || chunk.byteLength < at + HASH_BYTES) throw new Error(`The tree has no node ${index} at level ${level}`)
  return Buffer.from(chunk.buffer, chunk.byteOffset + at, HASH_BYTES)
}
