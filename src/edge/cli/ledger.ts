import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { type LedgerSource, type LedgerVerdict, tilePath, verifyEventProof, verifyLog } from '../../core/access/index.ts'
import { Problem } from '../../foundation/kernel/index.ts'
import { run } from './exit.ts'

interface VerifyOptions {
  key?: string
  older?: string
  witness?: string[]
  output?: string
  json?: boolean
}

export function ledgerCommand(program: Command): void {
  program
    .command('ledger')
    .description('The log of what happens to people’s records')
    .command('verify <source>')
    .description('Verify a log from its files, in a folder or under an address, or an entry from its proof (.json)')
    .option('--key <key>', 'key of the log, name+id+key; by default the one that the log itself serves')
    .option('--older <file>', 'a checkpoint from before, whose log this one must continue')
    .option('--witness <key>', 'a witness who must have cosigned; may be given several times', (key, keys: string[]) => [...keys, key], [])
    .option('--output <folder>', 'keep the files of the log there')
    .option('--json', 'the verdict as JSON')
    .action((source: string, options: VerifyOptions) => run(() => verify(source, options), options.json))
}

async function verify(source: string, options: VerifyOptions): Promise<void> {
  const isProof = /\.json$/i.test(source)
  const key = options.key ?? (isProof ? undefined : await servedKey(source))
  if (!key)
    throw new Problem('parameter-invalid', {
      detail: 'The key of the log is missing.',
      hint: 'Give --key; a log serves its own as verifierKey at /ledger/keys. Take it from somebody whom you trust.',
    })
  const verdict = isProof ? verifyEventProof(JSON.parse(await readFile(source, 'utf8')), key) : await verifyFiles(source, key, options)
  console.log(options.json ? JSON.stringify(verdict) : tell(verdict, isProof))
  if (!verdict.holds) process.exitCode = 3
}

async function verifyFiles(source: string, key: string, { older, output, witness = [] }: VerifyOptions): Promise<LedgerVerdict> {
  const read = await readerOf(source)
  const part = async (path: string): Promise<Uint8Array | undefined> => {
    const bytes = await read(path)
    if (bytes && output) {
      await mkdir(dirname(join(output, path)), { recursive: true })
      await writeFile(join(output, path), bytes)
    }
    return bytes
  }
  const checkpoint = (witness.length > 0 && (await part('witnessed'))) || (await part('checkpoint'))
  if (!checkpoint) throw new Problem('ledger-not-found', { detail: `There is no checkpoint in ${source}.` })
  const log: LedgerSource = {
    checkpoint: Buffer.from(checkpoint).toString('utf8'),
    tile: (name) => part(`tile/${tilePath(name)}`),
  }
  return verifyLog(log, key, older === undefined ? undefined : await readFile(older, 'utf8'), witness)
}

/** Reads parts of a log, below a folder or an address; undefined when there is none. */
async function readerOf(source: string): Promise<(path: string) => Promise<Uint8Array | undefined>> {
  if (!/^https?:\/\//.test(source)) {
    if (!(await stat(source).catch(() => undefined))?.isDirectory())
      throw new Problem('file-not-readable', { detail: `There is no folder ${source}.` })
    return (path) => readFile(join(source, path)).catch(() => undefined)
  }
  const base = source.replace(/\/+$/, '')
  return async (path) => {
    const answer = await fetch(`${base}/${path}`).catch(() => undefined)
    if (!answer) throw new Problem('server-unreachable', { detail: `${base} does not answer.` })
    return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : undefined
  }
}

async function servedKey(source: string): Promise<string | undefined> {
  const keys = await (await readerOf(source))('keys')
  return keys && (JSON.parse(Buffer.from(keys).toString('utf8')) as { verifierKey?: string }).verifierKey
}

function tell({ holds, size, root, reason }: LedgerVerdict, isProof: boolean): string {
  if (!holds) return `Does not hold: ${reason}`
  return `Holds: ${isProof ? 'the event is' : 'all is as signed'} in the log of ${size.toLocaleString('en-GB')} entries with the root ${root}.`
}
