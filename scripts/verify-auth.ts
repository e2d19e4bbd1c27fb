/**
 * Races for what may be used once, between 8 processes on one store, and counts what was used twice or not at all:
 *
 *   npm run verify:auth                       100,000 races of each kind
 *   VERIFY_SIZE=small npm run verify:auth     2,000 of each
 *
 * Goes through the adapter of the authorization server and the store of ids that count once, with the settings of production. Writes
 * bench/results/verify-auth.md when it is run in full; ends with 1 when anything was used twice or by nobody.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { replayStore } from '../src/core/access/replays/store.ts'
import { serverAdapter } from '../src/core/access/server/adapter.ts'
import { artefactStore } from '../src/core/access/server/store.ts'
import { openStore } from '../src/foundation/engines/sqlite/index.ts'

const PROCESSES = 8
const kinds = ['AuthorizationCode', 'PushedAuthorizationRequest', 'assertion id', 'proof id'] as const
type Kind = (typeof kinds)[number]
interface Heat {
  kind: Kind
  first: number
  count: number
}

function openRacers(folder: string) {
  const artefacts = artefactStore(openStore(join(folder, 'access.sqlite')))
  const replays = replayStore(openStore(join(folder, 'replays.sqlite'), 'normal'))
  const adapters = serverAdapter({
    store: artefacts,
    grants: { live: () => undefined, revoke: () => Promise.reject(new Error('there are no grants here')) },
    client: () => undefined,
    now: () => new Date(),
  })
  const soon = Math.floor(Date.now() / 1000) + 3600
  return {
    prepare: (kind: Kind, id: string) => artefacts.upsert(kind, id, {}, soon),
    /** Whether this process is the one that used it. */
    use: async (kind: Kind, id: string): Promise<boolean> => {
      if (kind === 'assertion id' || kind === 'proof id') return replays.first(kind, id, soon)
      try {
        await adapters(kind).consume(id)
        return true
      } catch {
        return false
      }
    },
  }
}

const idOf = (index: number) => `id-${index}`

async function race(folder: string): Promise<void> {
  const { use } = openRacers(folder)
  process.on('message', async ({ kind, first, count }: Heat) => {
    const won: number[] = []
    for (let index = first; index < first + count; index += 1) if (await use(kind, idOf(index))) won.push(index)
    process.send?.(won)
  })
  process.send?.('ready')
}

async function heat(racers: ChildProcess[], asked: Heat): Promise<number[]> {
  const answers = racers.map(async (racer) => (await once(racer, 'message'))[0] as number[])
  for (const racer of racers) racer.send(asked)
  return (await Promise.all(answers)).flat()
}

async function main(): Promise<void> {
  const races = process.env.VERIFY_SIZE === 'small' ? 2_000 : Number(process.argv[2] ?? 100_000)
  const folder = await mkdtemp(join(tmpdir(), 'sixteen-races-'))
  const { prepare } = openRacers(folder)
  const racers = Array.from({ length: PROCESSES }, () => fork(import.meta.filename, ['race', folder]))
  await Promise.all(racers.map((racer) => once(racer, 'message')))
  const lines: string[] = []
  let wrong = 0
  try {
    for (const kind of kinds) {
      const started = Date.now()
      let twice = 0
      let never = 0
      for (let first = 0; first < races; first += 500) {
        const count = Math.min(500, races - first)
        if (!kind.endsWith(' id')) for (let index = first; index < first + count; index += 1) prepare(kind, idOf(index))
        const uses = new Map<number, number>()
        for (const index of await heat(racers, { kind, first, count })) uses.set(index, (uses.get(index) ?? 0) + 1)
        for (let index = first; index < first + count; index += 1) {
          if (!uses.has(index)) never += 1
          else if (uses.get(index)! > 1) twice += 1
        }
      }
      wrong += twice + never
      lines.push(`| ${kind} | ${races} | ${twice} | ${never} | ${Math.round((Date.now() - started) / 1000)} |`)
      console.log(`${kind}: ${races} races of ${PROCESSES} processes, ${twice} used twice, ${never} used by nobody`)
    }
  } finally {
    for (const racer of racers) racer.kill()
    await rm(folder, { recursive: true, force: true })
  }
  if (process.env.VERIFY_SIZE !== 'small') await writeFile(join(import.meta.dirname, '../bench/results/verify-auth.md'), report(lines))
  if (wrong > 0) process.exitCode = 1
}

function report(lines: string[]): string {
  const [{ model } = { model: 'unknown' }] = cpus()
  return `# Is anything used twice?

\`npm run verify:auth\`, ${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} cores (${model}), ${PROCESSES} processes on one store, each after every id.

| Kind | Races | Used twice | Used by nobody | Seconds |
|---|---|---|---|---|
${lines.join('\n')}

With the library's own adapter two processes redeemed 4 of 40 codes twice and took 15 of 20 replayed assertions: see the decision on the authorization server in docs/adr.
`
}

if (process.argv[2] === 'race') await race(process.argv[3]!)
else await main()
