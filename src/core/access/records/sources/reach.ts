import { fetchOut } from '../../../../foundation/engines/outgoing/index.ts'
import type { Reach } from './model.ts'

const USUAL_MS = 5_000
const LONGEST_MS = 10_000
const MOST_BYTES = 4_000_000

/** What a source answered, read whole. */
export interface SourceAnswer {
  status: number
  text: string
}

/**
 * Asks a source, outside private networks unless it is declared to be in one. Redirects are not followed: a source that moves is declared anew.
 *
 * @throws {Error} when it does not answer in time, or with more than 4 MB. What it says of itself goes no further.
 */
export async function reach(address: string, request: { method: string; body?: string; headers: Record<string, string> }, how: Reach) {
  const ends = Math.min(how.timeoutMs ?? USUAL_MS, LONGEST_MS)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the source takes too long')), ends)
  })
  try {
    return await Promise.race([ask(address, request, how), late])
  } finally {
    clearTimeout(timer)
  }
}

async function ask(
  address: string,
  { headers, ...request }: { method: string; body?: string; headers: Record<string, string> },
  how: Reach,
): Promise<SourceAnswer> {
  const answer = await fetchOut(address, { ...request, headers: { ...headers, ...(await how.headers?.()) } }, how.privateNetwork ?? false)
  if (answer.status >= 300 && answer.status < 400) throw new Error('the source sends elsewhere')
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += piece.length
    if (bytes > MOST_BYTES) throw new Error('the answer of the source is too long')
    pieces.push(piece)
  }
  return { status: answer.status, text: Buffer.concat(pieces).toString('utf8') }
}
