/** Bytes from `start` to `end`, both counted in. */
export interface ByteRange {
  start: number
  end: number
}

/**
 * The part of a file that a Range header asks for: undefined for the whole, which is also the answer to several ranges, to what
 * cannot be read, and to a part of a file that has changed since.
 *
 * @see RFC 9110, 14.1.2 and 13.1.5
 */
export function rangeOf(
  header: string | undefined,
  bytes: number,
  ifRange?: string,
  tag?: string,
): ByteRange | 'unsatisfiable' | undefined {
  const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? []
  if (from === undefined || to === undefined || (!from && !to) || (ifRange !== undefined && ifRange !== tag)) return undefined
  const start = from ? Number(from) : Math.max(0, bytes - Number(to))
  const end = from && to ? Math.min(Number(to), bytes - 1) : bytes - 1
  if (from && to && Number(to) < start) return undefined
  return start >= bytes || (!from && to === '0') ? 'unsatisfiable' : { start, end }
}
