import { Problem } from '../kernel/problem.ts'

const MAGIC = 0xe11ab1a1e011cfd0n
const END = 0xfffffffe
const FREE = 0xffffffff

interface Entry {
  name: string
  start: number
  size: number
}

/**
 * A compound file, the container of Office files before 2007: a small file system of sectors, held in memory.
 *
 * @see MS-CFB 2
 */
export class CompoundFile {
  readonly #bytes: Buffer
  readonly #sectorBytes: number
  readonly #next: Uint32Array
  readonly entries: Entry[]
  readonly #miniNext: Uint32Array
  readonly #mini: Buffer
  readonly #miniCutoff: number

  /** @throws {Problem} file-not-readable where the file is cut short or its chains go astray. */
  constructor(bytes: Buffer) {
    if (bytes.length < 512 || bytes.readBigUInt64LE(0) !== MAGIC) throw damaged('it does not begin as one')
    const shift = bytes.readUInt16LE(30)
    if (shift !== 9 && shift !== 12) throw damaged('its sectors have an unknown size')
    this.#bytes = bytes
    this.#sectorBytes = 1 << shift
    this.#miniCutoff = bytes.readUInt32LE(56)
    this.#next = this.#readFat()
    this.entries = readDirectory(this.#chain(bytes.readUInt32LE(48)))
    const root = this.entries[0]
    this.#mini = root ? this.#chain(root.start) : Buffer.alloc(0)
    this.#miniNext = numbers(this.#chain(bytes.readUInt32LE(60)))
  }

  /** The bytes of a stream by its name, in any case of letters; undefined where there is none. */
  stream(name: string): Buffer | undefined {
    const entry = this.entries.find((each) => each.name.toLowerCase() === name.toLowerCase())
    if (!entry) return undefined
    return entry.size < this.#miniCutoff ? this.#miniChain(entry) : this.#chain(entry.start).subarray(0, entry.size)
  }

  #sector(index: number): Buffer {
    const from = (index + 1) * this.#sectorBytes
    if (from >= this.#bytes.length) throw damaged('it is cut short')
    return this.#bytes.subarray(from, from + this.#sectorBytes)
  }

  /** Numbers of the sectors that hold the table of what follows what: 109 in the header, the rest in a chain of their own. */
  #readFat(): Uint32Array {
    const sectors: number[] = []
    for (let at = 76; at < 512; at += 4) sectors.push(this.#bytes.readUInt32LE(at))
    const most = this.#bytes.length / this.#sectorBytes
    for (let next = this.#bytes.readUInt32LE(68), seen = 0; next !== END && next !== FREE; seen += 1) {
      if (seen > most) throw damaged('its sectors go round in a circle')
      const list = numbers(this.#sector(next))
      sectors.push(...list.subarray(0, -1))
      next = list.at(-1) ?? END
    }
    return numbers(Buffer.concat(sectors.filter((sector) => sector < FREE - 1).map((sector) => this.#sector(sector))))
  }

  #chain(start: number): Buffer {
    const parts: Buffer[] = []
    for (let sector = start; sector !== END && sector !== FREE; sector = this.#next[sector] ?? END) {
      if (parts.length > this.#next.length) throw damaged('its sectors go round in a circle')
      parts.push(this.#sector(sector))
    }
    return Buffer.concat(parts)
  }

  #miniChain({ start, size }: Entry): Buffer {
    const parts: Buffer[] = []
    for (let sector = start; sector !== END && sector !== FREE; sector = this.#miniNext[sector] ?? END) {
      if (parts.length > this.#miniNext.length) throw damaged('its sectors go round in a circle')
      parts.push(this.#mini.subarray(sector * 64, sector * 64 + 64))
    }
    return Buffer.concat(parts).subarray(0, size)
  }
}

function readDirectory(bytes: Buffer): Entry[] {
  const entries: Entry[] = []
  for (let at = 0; at + 128 <= bytes.length; at += 128) {
    const length = Math.max(0, Math.min(64, bytes.readUInt16LE(at + 64)) - 2)
    entries.push({
      name: bytes.toString('utf16le', at, at + length),
      start: bytes.readUInt32LE(at + 116),
      size: bytes.readUInt32LE(at + 120),
    })
  }
  return entries
}

function numbers(bytes: Buffer): Uint32Array {
  return Uint32Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) => bytes.readUInt32LE(i * 4))
}

function damaged(what: string): Problem {
  return new Problem('file-not-readable', {
    detail: `The old Office file is damaged: ${what}.`,
    hint: 'Save it again, best as XLSX, ODS or CSV.',
  })
}
