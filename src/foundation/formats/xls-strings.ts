/** The texts that cells of a workbook share, read across the records that they are spread over. */
export class StringReader {
  readonly #parts: readonly Buffer[]
  #part = 0
  #at = 0

  constructor(parts: readonly Buffer[]) {
    this.#parts = parts
  }

  /** @see MS-XLS 2.4.265 SST, 2.5.293 XLUnicodeRichExtendedString */
  readTable(maxChars: number): string[] {
    this.#skip(4)
    const count = this.#number(4)
    const strings: string[] = []
    let chars = 0
    while (strings.length < count && !this.#ended()) {
      const text = this.#string()
      chars += text.length
      if (chars > maxChars) throw new RangeError('too many letters')
      strings.push(text)
    }
    return strings
  }

  #string(): string {
    const length = this.#number(2)
    const flags = this.#number(1)
    const runs = flags & 8 ? this.#number(2) : 0
    const extra = flags & 4 ? this.#number(4) : 0
    const text = this.#letters(length, (flags & 1) === 1)
    this.#skip(runs * 4 + extra)
    return text
  }

  /** A text that goes on in the next record says there anew whether its letters take one byte or two. */
  #letters(length: number, wide: boolean): string {
    let text = ''
    let doubled = wide
    while (text.length < length && !this.#ended()) {
      const part = this.#parts[this.#part] as Buffer
      const left = Math.floor((part.length - this.#at) / (doubled ? 2 : 1))
      const take = Math.min(left, length - text.length)
      const end = this.#at + take * (doubled ? 2 : 1)
      text += part.toString(doubled ? 'utf16le' : 'latin1', this.#at, end)
      this.#at = end
      if (text.length < length) {
        this.#part += 1
        this.#at = 0
        if (this.#ended()) break
        doubled = (this.#number(1) & 1) === 1
      }
    }
    return text
  }

  #ended(): boolean {
    while (this.#part < this.#parts.length && this.#at >= (this.#parts[this.#part]?.length ?? 0)) {
      this.#part += 1
      this.#at = 0
    }
    return this.#part >= this.#parts.length
  }

  #number(bytes: 1 | 2 | 4): number {
    let value = 0
    for (let i = 0; i < bytes; i += 1) {
      if (this.#ended()) return value
      value += (this.#parts[this.#part]?.[this.#at] ?? 0) * 2 ** (8 * i)
      this.#at += 1
    }
    return value
  }

  #skip(bytes: number): void {
    let left = bytes
    while (left > 0 && !this.#ended()) {
      const step = Math.min(left, (this.#parts[this.#part]?.length ?? 0) - this.#at)
      this.#at += step
      left -= step
    }
  }
}
