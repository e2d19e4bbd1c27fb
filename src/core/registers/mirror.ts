import { fetchFile } from '../../foundation/engines/outgoing/index.ts'
import { Problem } from '../../foundation/kernel/index.ts'
import { emptyRoot, isConsistent } from '../../foundation/merkle/index.ts'
import { digestOf } from './log/certificate.ts'
import type { LogReader } from './log/reader.ts'
import type { LogState } from './log/writer.ts'

/** What following a source brought. */
export interface Followed {
  register: string
  source: string
  /** Entries before and after. */
  from: number
  to: number
}

export interface MirrorNeeds {
  reader: LogReader
  load: (name: string, source: AsyncIterable<Uint8Array>) => Promise<LogState>
}

/**
 * Brings a register to where its source is: the source must prove that its log begins with ours, then its entries since are taken in and
 * lead to the root it showed. Nothing is changed when anything does not hold, and what we have goes on being served.
 *
 * @throws {Problem} register-fork when the source has another past than it had; file-not-readable when it cannot be reached.
 */
export async function followSource(
  { reader, load }: MirrorNeeds,
  name: string,
  source: string,
  options: { allowPrivate?: boolean } = {},
): Promise<Followed> {
  const json = async (path: string): Promise<unknown> => JSON.parse(await textOf(`${source}/${path}`, options.allowPrivate))
  const proof = (await json('proof/register/merkle:sha-256')) as { 'root-hash'?: string; 'total-entries'?: number }
  const [to, root] = [proof['total-entries'], digestOf(proof['root-hash'] ?? '')]
  if (typeof to !== 'number' || root.length === 0)
    throw new Problem('file-not-readable', { detail: `${source} does not show the root of a register.` })
  const row = reader.registers().find((one) => one.name === name)
  const from = row?.size ?? 0
  if (to < from) throw fork(source, `it has ${to} entries where it had ${from}`)
  if (from > 0) {
    const { 'merkle-consistency-nodes': nodes = [] } = (await json(`proof/consistency/${from}/${to}/merkle:sha-256`)) as {
      'merkle-consistency-nodes'?: string[]
    }
    const roots = { older: row ? reader.root(row) : emptyRoot, newer: root }
    if (!isConsistent({ older: from, newer: to }, roots, nodes.map(digestOf)))
      throw fork(source, `its first ${from} entries are no longer what they were`)
  }
  const { body } = await fetchFile(`${source}/download-rsf/${from}/${to}?system-entries=${row?.systemSize ?? 0}`, options.allowPrivate)
  const state = await load(name, body)
  if (state.size !== to || !state.root.equals(root)) throw fork(source, 'its entries do not lead to the root it showed')
  return { register: name, source, from, to }
}

const fork = (source: string, why: string): Problem =>
  new Problem('register-fork', { detail: `${source} contradicts itself: ${why}. The copy stays as it is.` })

async function textOf(address: string, allowPrivate = false): Promise<string> {
  const { body } = await fetchFile(address, allowPrivate)
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.byteLength
    if (bytes > 1 << 20) throw new Problem('file-not-readable', { detail: `${address} answers at too great a length.` })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
