import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import { type Clock, Problem } from '../../../foundation/kernel/index.ts'
import { consistencyPath, rootOf } from '../../../foundation/merkle/index.ts'
import { readCheckpoint, signCheckpoint } from '../ledger/checkpoint.ts'
import type { KeyRing } from '../ledger/keys.ts'
import type { Ledger } from '../ledger/ledger.ts'
import {
  COSIGNATURE,
  ED25519,
  isSignedBy,
  type Note,
  readNote,
  readVerifierKey,
  signatureLine,
  type Verifier,
  verifierKey,
} from '../ledger/note.ts'
import { witnessStore } from './store.ts'
import { type WitnessAnswer, watcher } from './watch.ts'

/** A witness of the log, by its key, and where it takes checkpoints when it is to be asked. */
export interface WitnessSetting {
  key: string
  url: string | null
}

export interface WitnessState extends WitnessSetting {
  name: string
  /** Size of the log when it last cosigned; null before it did. */
  size: number | null
  at: string | null
}

export interface Witnesses {
  /** The newest checkpoint with the lines of those who have cosigned it. */
  published(): string
  /** The newest checkpoint that somebody has cosigned; undefined before anybody did. */
  witnessed(): string | undefined
  all(): WitnessState[]
  /** Takes the cosignatures of a note that is a checkpoint of this log; the answer is how many were of witnesses and good. @throws {Problem} cosignature-refused */
  accept(note: string): number
  /** Asks every witness that has an address to cosign the newest checkpoint; the answer is who did not, and why. */
  ask(): Promise<Array<{ witness: string; reason: string }>>
  /** This server as a witness of other logs. */
  own: { name: string; verifierKey: string; logs: string[]; add(body: string): WitnessAnswer }
}

const MOST_AHEAD_S = 300

/**
 * Others that sign what they saw of the log, so that it cannot show one past to one and another to another; and this server as such another.
 *
 * @throws {Problem} configuration-invalid for a key that is none.
 */
export function openWitnesses(options: {
  store: Store
  ledger: Ledger
  keys: KeyRing
  clock: Clock
  witnesses: readonly WitnessSetting[]
  /** Keys of the logs that this server is a witness of. */
  logs: readonly string[]
  fetch: (url: string, options: RequestInit) => Promise<Response>
}): Witnesses {
  const { ledger, keys, clock } = options
  const store = witnessStore(options.store)
  const witnesses = options.witnesses.map((setting) => ({ ...setting, verifier: keyIn(setting.key, COSIGNATURE, '/ledgerWitnesses') }))
  const logs = options.logs.map((key) => keyIn(key, ED25519, '/witnessedLogs'))
  const name = keys.origin.replace(/\/ledger$/, '/witness')
  const nowS = () => Math.floor(clock.now().getTime() / 1000)
  const sizeNow = () => ledger.checkpoint()?.size ?? 0
  /** Those of witnesses that are no witnesses any more are left out. */
  const cosignatures = () => store.cosignatures().filter(({ witness }) => witnesses.some(({ key }) => key === witness))
  const lineOf = ({ witness, signature }: ReturnType<typeof cosignatures>[number]) => {
    const { name: by, keyId } = witnesses.find(({ key }) => key === witness)!.verifier
    return signatureLine(by, keyId, signature)
  }
  const withCosignatures = (note: string, size: number) =>
    note +
    cosignatures()
      .filter((one) => one.size === size)
      .map(lineOf)
      .join('')

  const take = (note: Note): number => {
    const checkpoint = readCheckpoint(note.text)
    if (!checkpoint || checkpoint.origin !== ledger.origin || checkpoint.size > sizeNow())
      throw refused('This is no checkpoint of the log here.')
    if (!rootOf(checkpoint.size, ledger.node).equals(checkpoint.root)) throw refused('The log here never had this root.')
    let good = 0
    for (const { key, verifier } of witnesses) {
      const signed = isSignedBy(note, verifier)
      if (signed?.at === undefined || signed.at > nowS() + MOST_AHEAD_S) continue
      const { signature } = note.signatures.find(({ keyId, name: by }) => keyId === verifier.keyId && by === verifier.name)!
      store.keep({ witness: key, size: checkpoint.size, root: checkpoint.root, at: signed.at, signature })
      good += 1
    }
    if (good === 0) throw refused('None of the signatures is a good one of a witness of this log.')
    return good
  }

  /** Asks a witness to go on from a size; the answer is why it did not, or the size from which it would. */
  const askFrom = async (url: string, old: number): Promise<{ reason?: string; from?: number }> => {
    const note = ledger.published()
    const size = Number(note.split('\n')[1])
    const proof = consistencyPath(old, size, ledger.node).map((hash) => `${hash.toString('base64')}\n`)
    const answer = await options.fetch(`${url.replace(/\/+$/, '')}/add-checkpoint`, {
      method: 'POST',
      body: `old ${old}\n${proof.join('')}\n${note}`,
      signal: AbortSignal.timeout(10_000),
    })
    const text = (await answer.text()).slice(0, 10_000)
    if (answer.status === 409 && /^\d{1,15}\n$/.test(text)) return { from: Number(text) }
    if (answer.status !== 200) return { reason: `it answered ${answer.status}` }
    const cosigned = readNote(note + text)
    if (!cosigned) return { reason: 'its answer is no signature' }
    take(cosigned)
    return {}
  }

  return {
    published: () => {
      const note = ledger.published()
      return withCosignatures(note, Number(note.split('\n')[1]))
    },
    witnessed: () => {
      const [newest] = cosignatures()
      if (!newest) return undefined
      return withCosignatures(signCheckpoint(keys, newest.size, Buffer.from(newest.root)), newest.size)
    },
    all: () =>
      witnesses.map(({ key, url, verifier }) => {
        const found = store.cosignatures().find(({ witness }) => witness === key)
        return { key, url, name: verifier.name, size: found?.size ?? null, at: found ? new Date(found.at * 1000).toISOString() : null }
      }),
    accept: (text) => {
      const note = readNote(text)
      if (!note) throw refused('This is no signed note.')
      return take(note)
    },
    ask: async () => {
      const failures: Array<{ witness: string; reason: string }> = []
      for (const { key, url, verifier } of witnesses) {
        const known = store.cosignatures().find(({ witness }) => witness === key)
        if (url === null || known?.size === sizeNow()) continue
        try {
          let said = await askFrom(url, known?.size ?? 0)
          if (said.from !== undefined && said.from <= sizeNow()) said = await askFrom(url, said.from)
          const reason = said.reason ?? (said.from === undefined ? undefined : `it has seen ${said.from} entries`)
          if (reason) failures.push({ witness: verifier.name, reason })
        } catch (error) {
          failures.push({ witness: verifier.name, reason: error instanceof Problem ? error.message : 'it does not answer' })
        }
      }
      return failures
    },
    own: {
      name,
      verifierKey: verifierKey(name, COSIGNATURE, keys.witness.publicBytes),
      logs: logs.map((log) => log.name),
      add: watcher({ store, logs, name, key: keys.witness, nowS }),
    },
  }
}

function keyIn(text: string, type: number, pointer: string): Verifier {
  const verifier = readVerifierKey(text)
  if (verifier?.type !== type)
    throw new Problem('configuration-invalid', {
      detail: `${JSON.stringify(text.slice(0, 200))} is no key of a ${type === COSIGNATURE ? 'witness' : 'log'}: name+id+key.`,
      pointer,
    })
  return verifier
}

function refused(detail: string): Problem {
  return new Problem('cosignature-refused', { detail })
}

/** The witnesses in a setting: keys with spaces between, each followed by a comma and its address where it is to be asked. */
export function readWitnesses(text: string): WitnessSetting[] {
  return text
    .split(/\s+/)
    .filter(Boolean)
    .map((entry) => {
      const at = entry.indexOf(',')
      return at < 0 ? { key: entry, url: null } : { key: entry.slice(0, at), url: entry.slice(at + 1) }
    })
}
