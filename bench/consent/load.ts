import { Pool } from 'undici'

/** One request of a load, made beforehand. */
export interface Prepared {
  path: string
  headers: Record<string, string>
  body: string
}

export interface Measured {
  requests: number
  perSecond: number
  /** Milliseconds from sending to the last byte. */
  p50: number
  p99: number
  /** Processor time of the server for one request, in milliseconds. */
  cpuMs: number
  /** Of answers that were not 200. */
  failed: Map<number, number>
  /** Body of the first answer. */
  sample: string
}

/** Sends the requests over some connections, each the next as soon as it has an answer. */
export async function load(
  base: string,
  requests: readonly Prepared[],
  connections: number,
  cpu: () => Promise<{ user: number; system: number }>,
): Promise<Measured> {
  const pool = new Pool(base, { connections, pipelining: 1 })
  const took: number[] = []
  const failed = new Map<number, number>()
  let sample = ''
  const before = await cpu()
  const started = performance.now()
  const left = requests.values()
  const hand = async () => {
    for (const { path, headers, body } of left) {
      const sent = performance.now()
      const answer = await pool.request({ path, method: 'POST', headers, body })
      const text = await answer.body.text()
      took.push(performance.now() - sent)
      if (answer.statusCode !== 200) failed.set(answer.statusCode, (failed.get(answer.statusCode) ?? 0) + 1)
      sample ||= text
    }
  }
  await Promise.all(Array.from({ length: connections }, hand))
  const seconds = (performance.now() - started) / 1000
  const after = await cpu()
  await pool.close()
  took.sort((a, b) => a - b)
  const at = (share: number) => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0
  return {
    requests: took.length,
    perSecond: took.length / seconds,
    p50: at(0.5),
    p99: at(0.99),
    cpuMs: (after.user + after.system - before.user - before.system) / 1000 / took.length,
    failed,
    sample,
  }
}
