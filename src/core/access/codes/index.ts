import { createHmac } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { type Clock, newId, Problem } from '../../../foundation/kernel/index.ts'
import type { Grants } from '../grants/index.ts'
import type { Grant } from '../grants/model.ts'
import type { KeyRing } from '../ledger/keys.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Record as Recorder } from '../ledger/writer.ts'
import { type Asker, type Discloser, type Disclosure, eventOf } from '../records/disclose.ts'
import { isByLaw } from '../records/lawful/index.ts'
import type { Purpose, RecordService } from '../records/model.ts'
import type { RecordServices } from '../records/services.ts'
import { displayCode, newCode, readCode } from './format.ts'
import { attemptLimits, type Limits, type Trier, usualLimits } from './limits.ts'
import type { CodeStore } from './store.ts'

export interface NewShareCode {
  subject: string
  dataset: string
  fields: readonly string[]
  purpose: string
  /** Whom it is for, in the person's words. */
  recipientHint: string | null
  uses: number
  days: number
}

export interface ShareCode {
  id: string
  grant: Grant
  wrongFactors: number
  burnt: boolean
}

export interface MadeShareCode {
  id: string
  /** Here and nowhere else. */
  code: string
  displayCode: string
  grant: Grant
}

export interface RedeemedCode extends Omit<Disclosure, 'grant'> {
  service: RecordService
  purpose: Purpose
  grant: Grant
}

export interface ShareCodes {
  /** @throws {Problem} record-not-connected, purpose-not-allowed, fields-not-allowed, grant-not-allowed */
  create(code: NewShareCode): Promise<MadeShareCode>
  listOf(subject: string): ShareCode[]
  /** @throws {Problem} grant-not-found */
  withdraw(id: string, subject: string): Promise<void>
  /** The service and purpose that a code is for, by its letter alone: nothing is looked up. @throws {Problem} parameter-invalid for a slip of the pen. */
  kindOf(typed: string): { service: RecordService; purpose: Purpose }
  /**
   * What the person shares, once, and in the ledger.
   *
   * @throws {Problem} parameter-invalid, rate-limited, record-source-failed; and share-code-refused for every other reason
   */
  redeem(asked: { code: string; factor: string; purpose?: string | undefined }, trier: Trier, asker: Asker): Promise<RedeemedCode>
}

/** Anybody who holds the code and knows the second factor. */
export const BEARER = 'whoever has the code'

const WRONG_FACTORS = 5
const LIVE_CODES = 15
const DAY_MS = 86_400_000
/** Refusals leave at whole multiples of this after they came, so that their time says nothing of their reason. */
const REFUSAL_MS = 100

export function openShareCodes(options: {
  store: CodeStore
  grants: Grants
  ledger: Ledger
  services: RecordServices
  discloser: Discloser
  keys: KeyRing
  clock: Clock
  limits?: Limits
}): ShareCodes {
  const { store, grants, ledger, services, discloser, keys, clock } = options
  const limits = attemptLimits({ store, ledger, pepper: keys.pepper, clock, limits: options.limits ?? usualLimits })
  const keyed = (...parts: string[]) => createHmac('sha256', keys.pepper).update(parts.join('\0')).digest()
  const kinds = new Map(
    services.all().flatMap((service) => service.purposes.map((purpose) => [purpose.letter ?? '', { service, purpose }])),
  )

  const read = (typed: string) => {
    const code = readCode(typed)
    const kind = code === undefined ? undefined : kinds.get(code[0]!)
    if (!code || !kind)
      throw new Problem('parameter-invalid', {
        detail: 'That is not a share code: check each letter and number.',
        pointer: '/code',
        hint: 'A code has 13 letters and numbers, such as W-7K3F-9QXM-2TB4.',
      })
    return { code, ...kind }
  }

  /** Why a code was not taken, for its subject: inside the transaction that decided it. */
  const recordRefusal = (append: Recorder, hash: Buffer, factor: Buffer, asker: Asker, now: string) => {
    limits.refused(now)
    const wrong = store.countWrong(hash, factor, now, WRONG_FACTORS)
    const id = wrong?.grant_id ?? store.grantOf(hash)
    const grant = id && grants.find(id)
    if (!grant) return
    append({ ...eventOf(grant, asker, now, [], wrong ? 'wrong-factor' : 'code-not-live'), kind: 'refusal' })
    if (wrong && wrong.wrong >= WRONG_FACTORS) append({ ...eventOf(grant, asker, now, [], 'five-wrong-factors'), kind: 'code-burnt' })
  }

  const refuse = async (since: number): Promise<never> => {
    const spent = performance.now() - since
    await wait(Math.ceil(spent / REFUSAL_MS) * REFUSAL_MS - spent)
    throw new Problem('share-code-refused', {
      detail: 'The code is not right, not live any more, or what must be known beside it is not right.',
    })
  }

  return {
    create: async (asked) => {
      const service = services.get(asked.dataset)
      const purpose = services.purpose(service, asked.purpose)
      const { letter } = purpose
      if (letter === undefined || isByLaw(purpose))
        throw new Problem('purpose-not-allowed', { detail: `There are no share codes for ${purpose.code}.`, pointer: '/purpose' })
      services.allowed(service, purpose, asked.fields)
      const at = clock.now()
      const record = await service.source.fetch(discloser.keyOf(asked.subject, service), service.factor.needs)
      if (!record) throw new Problem('record-not-found', { detail: `${service.title}: the source has no such record any more.` })
      const factor = service.factor.normalise(service.factor.of(record))
      const code = newCode(letter)
      const id = newId()
      const grant = await grants.create(
        {
          subject: asked.subject,
          actingFor: null,
          recipient: asked.recipientHint ?? BEARER,
          client: null,
          dataset: asked.dataset,
          fields: [...asked.fields],
          purpose: asked.purpose,
          basis: purpose.lawfulBasis,
          maxUses: asked.uses,
          cadence: null,
          notBefore: at.toISOString(),
          expiresAt: new Date(at.getTime() + asked.days * DAY_MS).toISOString(),
          createdVia: 'code',
          evidenceSha256: keyed('evidence', id).toString('hex'),
        },
        {
          alongside: (made) => {
            if (store.liveCount(asked.subject, asked.dataset, at.toISOString()) >= LIVE_CODES)
              throw new Problem('grant-not-allowed', { detail: `You have ${LIVE_CODES} live codes. Stop one before you make another.` })
            store.insert({
              id,
              hash: keyed('code', code),
              factor: keyed('factor', code, factor),
              grant: made.id,
              subject: asked.subject,
              dataset: asked.dataset,
              at: at.toISOString(),
            })
          },
        },
      )
      return { id, code, displayCode: displayCode(code), grant }
    },
    listOf: (subject) =>
      store.ofSubject(subject).flatMap(({ id, grant_id, wrong, burnt_at }) => {
        const grant = grants.find(grant_id)
        return grant ? [{ id, grant, wrongFactors: wrong, burnt: burnt_at !== null }] : []
      }),
    withdraw: async (id, subject) => {
      const found = store.find(id)
      if (!found || found.subject !== subject) throw new Problem('grant-not-found', { detail: 'There is no such code of yours.' })
      await grants.revoke(found.grant_id, subject, null)
    },
    kindOf: (typed) => {
      const { service, purpose } = read(typed)
      return { service, purpose }
    },
    redeem: async (asked, trier, asker) => {
      const since = performance.now()
      const { code, service, purpose } = read(asked.code)
      await limits.admit(trier)
      const hash = keyed('code', code)
      const right = asked.purpose === undefined || asked.purpose === purpose.code
      const factor = keyed('factor', code, right ? service.factor.normalise(asked.factor) : '')
      const id = store.liveGrant(hash, factor, clock.now().toISOString())
      const grant = id && grants.find(id)
      if (!grant) {
        const now = clock.now().toISOString()
        await ledger.commit((append) => recordRefusal(append, hash, factor, asker, now))
        return refuse(since)
      }
      const record = await discloser.read(grant, discloser.granted(grant))
      const given = await discloser.handOut(
        grant,
        record,
        asker,
        (now) => store.spend(hash, factor, now),
        (append) => recordRefusal(append, hash, factor, asker, clock.now().toISOString()),
      )
      return given ? { ...given, service, purpose, grant } : refuse(since)
    },
  }
}
