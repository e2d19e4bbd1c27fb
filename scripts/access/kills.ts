import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Consent, verifyLedger } from '../../src/core/access/index.ts'
import { openPlace, randomFrom } from './place.ts'

export interface KillResult {
  kills: number
  acknowledged: { grant: number; disclosure: number; revoke: number }
  lost: number
  /** Retrievals counted on a grant that have no entry in the ledger, or entries that no grant counts. */
  withoutEntry: number
  /** Logs whose root is not that of their entries, or whose past changed. */
  brokenLogs: number
  seconds: number
}

const TRIALS_A_FOLDER = 10

/** Kills a process that writes, at random moments, and looks each time at what is left. */
export async function killTrials(kills: number): Promise<KillResult> {
  const result: KillResult = {
    kills: 0,
    acknowledged: { grant: 0, disclosure: 0, revoke: 0 },
    lost: 0,
    withoutEntry: 0,
    brokenLogs: 0,
    seconds: 0,
  }
  const started = Date.now()
  const random = randomFrom(16)
  while (result.kills < kills) {
    const folder = await mkdtemp(join(tmpdir(), 'sixteen-kills-'))
    let past: { size: number; root: string } | undefined
    for (let trial = 0; trial < TRIALS_A_FOLDER && result.kills < kills; trial += 1) {
      const said = await kill(folder, result.kills + 1, random(250))
      past = look(folder, said, past, result)
      result.kills += 1
    }
    await rm(folder, { recursive: true, force: true })
  }
  result.seconds = Math.round((Date.now() - started) / 1000)
  return result
}

/** What the process had said when it was killed, some milliseconds after it was ready. */
async function kill(folder: string, seed: number, afterMs: number): Promise<string[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'writer.ts'), folder, String(seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (bytes) => {
    text += bytes
  })
  const ended = once(child, 'close')
  while (!text.includes('ready') && child.exitCode === null) await wait(5)
  await wait(afterMs)
  child.kill('SIGKILL')
  await ended
  return text.slice(0, text.lastIndexOf('\n')).split('\n')
}

function look(folder: string, said: readonly string[], past: { size: number; root: string } | undefined, result: KillResult) {
  const consent = openPlace(folder, 1)
  for (const line of said) {
    const [kind, id = ''] = line.split(' ')
    if (kind !== 'grant' && kind !== 'disclosure' && kind !== 'revoke') continue
    result.acknowledged[kind] += 1
    if (!isKept(consent, kind, id)) result.lost += 1
  }
  result.withoutEntry += unmatched(consent)
  const checkpoint = consent.ledger.checkpoint()
  const verdict = checkpoint && verifyLedger(consent.ledger, past)
  if (verdict && !verdict.holds) result.brokenLogs += 1
  void consent.close()
  return verdict?.holds ? { size: verdict.size, root: verdict.root } : past
}

function isKept(consent: Consent, kind: 'grant' | 'disclosure' | 'revoke', id: string): boolean {
  if (kind === 'disclosure') return consent.ledger.events.event(id)?.kind === 'disclosure'
  const grant = consent.grants.find(id)
  return kind === 'grant' ? grant !== undefined : grant?.state === 'revoked'
}

/** Grants whose count of retrievals is not that of their entries. */
function unmatched(consent: Consent): number {
  const counted = new Map<string, number>()
  const { size } = consent.ledger.checkpoint() ?? { size: 0 }
  const grants = new Set<string>()
  for (let place = 0; place < size; place += 1) {
    const event = consent.ledger.events.eventAt(place)
    if (!event?.grant_id) return 1
    grants.add(event.grant_id)
    if (event.kind === 'disclosure') counted.set(event.grant_id, (counted.get(event.grant_id) ?? 0) + 1)
  }
  return [...grants].filter((id) => consent.grants.find(id)?.used !== (counted.get(id) ?? 0)).length
}
