/**
 * A least-recently-used cache bounded in bytes. Map keeps insertion order, so the first key is the oldest.
 * (The usual npm package for this has a licence outside our list.)
 */
export class ByteCache<T> {
  #entries = new Map<string, { value: T; bytes: number }>()
  #bytes = 0
  readonly maxBytes: number

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  /** How many values are kept. */
  get size(): number {
    return this.#entries.size
  }

  /** Keys and values, the least lately used first. */
  *[Symbol.iterator](): IterableIterator<[string, T]> {
    for (const [key, { value }] of this.#entries) yield [key, value]
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key)
    if (!entry) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry.value
  }

  /** Keeps the value unless it is larger than a quarter of the cache; drops the oldest until it fits. */
  set(key: string, value: T, bytes: number): void {
    this.delete(key)
    if (bytes > this.maxBytes / 4) return
    this.#entries.set(key, { value, bytes })
    this.#bytes += bytes
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.maxBytes) break
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key)
    if (!entry) return
    this.#bytes -= entry.bytes
    this.#entries.delete(key)
  }

  clear(): void {
    this.#entries.clear()
    this.#bytes = 0
  }
}
