import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { openRegisters, verifyRsf } from '../../src/core/registers/index.ts'
import { entryLeaf } from '../../src/core/registers/log/leaf.ts'
import { openStore } from '../../src/foundation/engines/sqlite/index.ts'
import { systemClock } from '../../src/foundation/kernel/index.ts'
import { isConsistent, nodeHash } from '../../src/foundation/merkle/index.ts'

const writer = join(import.meta.dirname, 'register-writer.ts')

/** What a log was after the trial before. */
export interface Before {
  size: number
  root: Buffer
}

/**
 * One trial: starts a process that writes from several hands, kills it after `ms`, and looks at what is left.
 *
 * @throws {Error} when an acknowledged entry is lost, a number is missing, the root is not that of the entries, the log forked from
 * what it was, or part of a load that failed is seen.
 */
export async function killTrial(path: string, run: number, ms: number, before: Before): Promise<Before & { acknowledged: number }> {
  const child = spawn(process.execPath, [writer, path, String(run)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  const acknowledged = new Map<string, string>()
  let started = (): void => {}
  const ready = new Promise<void>((resolve) => (started = resolve))
  lines.on('line', (line) => {
    if (line === 'ready') return started()
    const [, key, value] = /^ok (\S+) (.*)$/.exec(line) ?? []
    if (key) acknowledged.set(key, value ?? '')
  })
  const exited = once(child, 'exit')
  await Promise.race([ready, exited])
  setTimeout(() => child.kill('SIGKILL'), ms)
  await exited
  if (!child.stdout.closed) await once(lines, 'close')
  const after = await look(path, before, acknowledged)
  return { ...after, acknowledged: acknowledged.size }
}

async function look(path: string, before: Before, acknowledged: ReadonlyMap<string, string>): Promise<Before> {
  const store = openStore(path)
  try {
    const { reader } = openRegisters({ store, clock: systemClock })
    const row = reader.row('trial')
    const entries = reader.records(row, 1, row.size)
    if (entries.length !== row.size) throw new Error(`${entries.length} entries where the size is ${row.size}`)
    const seen = new Map<string, string>()
    for (const [at, { number, key, json }] of entries.entries()) {
      if (number !== at + 1) throw new Error(`A gap: entry ${number} stands at ${at + 1}`)
      if (key.startsWith('never-')) throw new Error(`Part of a load that failed is seen: ${key}`)
      seen.set(key, (JSON.parse(json ?? '{}') as { value?: string }).value ?? '')
    }
    for (const [key, value] of acknowledged) if (seen.get(key) !== value) throw new Error(`An acknowledged entry is lost: ${key}`)
    const root = reader.root(row)
    if (!root.equals(rootOfAll(entries))) throw new Error('The root is not that of the entries')
    if (
      before.size > 0 &&
      !isConsistent(
        { older: before.size, newer: row.size },
        { older: before.root, newer: root },
        reader.consistencyPath(row, before.size, row.size),
      )
    )
      throw new Error('The log forked from what it was')
    const verdict = await verifyRsf(bytesOf(reader.rsf(row, false)))
    if (!verdict.holds) throw new Error(`Its RSF does not verify: ${JSON.stringify(verdict.issues[0])}`)
    return { size: row.size, root }
  } finally {
    await store.close()
  }
}

/** The root by the plain definition, from nothing but the entries. */
function rootOfAll(entries: Parameters<typeof entryLeaf>[0][]): Buffer {
  let level = entries.map(entryLeaf)
  if (level.length === 0) return createHash('sha256').digest()
  while (level.length > 1)
    level = level.flatMap((hash, at) => (at % 2 === 1 ? [] : level[at + 1] ? [nodeHash(hash, level[at + 1]!)] : [hash]))
  return level[0]!
}

async function* bytesOf(texts: Iterable<string>): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}
