/** A set of dataset numbers as one bit each, growing as numbers do: 12.5 KB for 100,000 datasets. */
export class Marks {
  #bits: Uint32Array

  constructor(numbers: Uint32Array) {
    this.#bits = new Uint32Array(1 + ((numbers.at(-1) ?? 0) >>> 5))
    for (const number of numbers) this.add(number)
  }

  get byteLength(): number {
    return this.#bits.byteLength
  }

  has(number: number): boolean {
    return (((this.#bits[number >>> 5] ?? 0) >>> (number & 31)) & 1) === 1
  }

  add(number: number): void {
    const at = number >>> 5
    if (at >= this.#bits.length) {
      const larger = new Uint32Array(Math.ceil((at + 1) * 1.25))
      larger.set(this.#bits)
      this.#bits = larger
    }
    this.#bits[at] = (this.#bits[at] as number) | (1 << (number & 31))
  }

  delete(number: number): void {
    const at = number >>> 5
    if (at < this.#bits.length) this.#bits[at] = (this.#bits[at] as number) & ~(1 << (number & 31))
  }

  /** Those of the numbers that are in the set, in their order. */
  among(numbers: Uint32Array): Uint32Array {
    const found = new Uint32Array(numbers.length)
    let count = 0
    for (let index = 0; index < numbers.length; index += 1)
      if (this.has(numbers[index] as number)) found[count++] = numbers[index] as number
    return found.subarray(0, count)
  }

  /** All of them, ascending. */
  numbers(): Uint32Array {
    const found = new Uint32Array(this.#bits.length * 32)
    let count = 0
    for (let at = 0; at < this.#bits.length; at += 1)
      for (let bits = this.#bits[at] as number; bits !== 0; bits &= bits - 1) found[count++] = at * 32 + (31 - Math.clz32(bits & -bits))
    return found.slice(0, count)
  }
}
