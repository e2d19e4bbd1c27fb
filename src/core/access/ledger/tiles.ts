import type { ReadNode } from '../../../foundation/merkle/index.ts'

/** Hashes in a full tile, and entries in a full bundle. @see c2sp.org/tlog-tiles */
export const TILE_WIDTH = 256
const TILE_HEIGHT = 8
const MAX_LEVEL = 63 / TILE_HEIGHT

export interface TileName {
  /** `entries` for what was logged; a number for hashes, 0 for those of the leaves. */
  level: number | 'entries'
  number: number
  width: number
}

/** The tile that a path such as `0/x001/234.p/5` names; undefined when it names none. */
export function readTilePath(path: string): TileName | undefined {
  const [, level, groups, last, width] = /^(entries|0|[1-9]\d?)\/((?:x\d{3}\/)*)(\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path) ?? []
  if (level === undefined || last === undefined) return undefined
  const digits = (groups ?? '').replace(/[x/]/g, '') + last
  const number = Number(digits)
  if (!Number.isSafeInteger(number) || (groups && digits.startsWith('000'))) return undefined
  const wide = width === undefined ? TILE_WIDTH : Number(width)
  if ((width !== undefined && wide >= TILE_WIDTH) || (level !== 'entries' && Number(level) > MAX_LEVEL)) return undefined
  return { level: level === 'entries' ? level : Number(level), number, width: wide }
}

/** The path of a tile below `tile/`. */
export function tilePath({ level, number, width }: TileName): string {
  const groups = [String(number % 1000).padStart(3, '0')]
  for (let rest = Math.floor(number / 1000); rest > 0; rest = Math.floor(rest / 1000))
    groups.unshift(`x${String(rest % 1000).padStart(3, '0')}`)
  return `${level}/${groups.join('/')}${width < TILE_WIDTH ? `.p/${width}` : ''}`
}

/** How many hashes a level of tiles has in a log of this size, or how many entries there are. */
export function widthOf(level: TileName['level'], size: number): number {
  return level === 'entries' ? size : Math.floor(size / TILE_WIDTH ** level)
}

/** Whether the log of this size has the tile: all of it. */
export function isThere({ level, number, width }: TileName, size: number): boolean {
  return number * TILE_WIDTH + width <= widthOf(level, size)
}

/** Hashes of a tile, one after the other. */
export function tileBytes({ level, number, width }: TileName & { level: number }, node: ReadNode): Buffer {
  return Buffer.concat(Array.from({ length: width }, (_, at) => node(level * TILE_HEIGHT, number * TILE_WIDTH + at)))
}

/** A bundle of entries: each after its length in two bytes. */
export function bundleBytes(entries: readonly Uint8Array[]): Buffer {
  return Buffer.concat(entries.flatMap((entry) => [Buffer.of(entry.length >> 8, entry.length & 255), entry]))
}

/** The entries of a bundle; undefined when the bytes are none. */
export function readBundle(bytes: Uint8Array): Uint8Array[] | undefined {
  const entries: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    if (at + 2 > bytes.length) return undefined
    const length = bytes[at]! * 256 + bytes[at + 1]!
    if (at + 2 + length > bytes.length) return undefined
    entries.push(bytes.subarray(at + 2, at + 2 + length))
    at += 2 + length
  }
  return entries
}

/** The names of every tile and bundle that a log of this size has, partial ones at the right edge included. */
export function tilesOf(size: number): TileName[] {
  const names: TileName[] = []
  const levels: Array<TileName['level']> = ['entries', 0]
  for (let level = 1; widthOf(level, size) > 0; level += 1) levels.push(level)
  for (const level of levels) {
    const width = widthOf(level, size)
    for (let number = 0; number * TILE_WIDTH < width; number += 1)
      names.push({ level, number, width: Math.min(TILE_WIDTH, width - number * TILE_WIDTH) })
  }
  return names
}
