import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { libraryPass } from '../../../test/support/library-pass.ts'
import { Events, fixedClock, Problem, type SixteenEvents } from '../../foundation/kernel/index.ts'
import { leafHash, rootFromPath } from '../../foundation/merkle/index.ts'
import { openConsent } from './consent.ts'
import type { NewGrant } from './grants/model.ts'
import { readCheckpoint } from './ledger/checkpoint.ts'
import { commitmentOf } from './ledger/event.ts'
import { ED25519, isSignedBy, keyIdOf, readNote } from './ledger/note.ts'
import type { RecordService } from './records/model.ts'

/** The pass, with a question that has an argument. */
const passes: RecordService = {
  ...libraryPass,
  dataset: 'passes',
  answers: [
    {
      name: 'ageOver',
      label: 'whether you are over an age',
      question: (age) => `whether you are over ${age}`,
      parameters: [{ name: 'age', label: 'age', pattern: /^\d{1,3}$/, example: '18' }],
      needs: ['born'],
      answer: (record, [age], today) => String(record.born) < `${Number(today.slice(0, 4)) - Number(age)}${today.slice(4)}`,
    },
  ],
  purposes: libraryPass.purposes.map((purpose) => ({ ...purpose, fields: ['name', 'ageOver'] })),
}

const wanted: NewGrant = {
  subject: 'ann',
  actingFor: null,
  recipient: 'leeds',
  client: 'leeds-app',
  dataset: 'passes',
  fields: ['name', 'ageOver(18)'],
  purpose: 'join',
  basis: 'consent',
  maxUses: null,
  cadence: null,
  notBefore: '2026-11-01T00:00:00.000Z',
  expiresAt: '2026-11-30T00:00:00.000Z',
  createdVia: 'oauth',
  evidenceSha256: '0'.repeat(64),
}

async function open(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'sixteen-consent-'))
  const clock = fixedClock('2026-11-10T12:00:00.000Z')
  const events = new Events<SixteenEvents>()
  const revoked: unknown[] = []
  events.on('grant-revoked', (fact) => void revoked.push(fact))
  const start = () => openConsent({ folder, host: 'sixteen.test', services: [passes], clock, events })
  const opened = [start()]
  t.after(async () => {
    for (const one of opened) await one.close()
    await rm(folder, { recursive: true, force: true })
  })
  return {
    clock,
    revoked,
    consent: opened[0]!,
    again: () => {
      const one = start()
      opened.push(one)
      return one
    },
  }
}

test('a grant is live until it is revoked or expires, and both ways it is told once', async (t) => {
  const { clock, consent, revoked } = await open(t)
  const { grants } = consent
  const made = await grants.create(wanted)
  assert.deepEqual(made, {
    ...wanted,
    id: made.id,
    used: 0,
    state: 'active',
    createdAt: '2026-11-10T12:00:00.000Z',
    revokedAt: null,
    revokedBy: null,
    revokeReason: null,
    ledgerIndex: 0,
    version: 1,
  })
  assert.deepEqual(grants.live(made.id, clock.now()), made)
  assert.deepEqual(grants.listOfClient('leeds-app', 'passes', { after: '', limit: 10 }), [made])
  const ended = await grants.revoke(made.id, 'ann', 'moved away')
  assert.deepEqual(ended, {
    ...made,
    state: 'revoked',
    revokedAt: '2026-11-10T12:00:00.000Z',
    revokedBy: 'ann',
    revokeReason: 'moved away',
    version: 2,
  })
  assert.equal(grants.live(made.id, clock.now()), undefined)
  assert.deepEqual(await grants.revoke(made.id, 'ann', null), ended)
  assert.deepEqual(revoked, [{ grant: made.id, client: 'leeds-app', dataset: 'passes' }])
  const other = await grants.create(wanted)
  clock.advance(30 * 86_400_000)
  assert.equal(grants.live(other.id, clock.now()), undefined)
  assert.deepEqual(
    grants.listOf('ann').map(({ id, state }) => [id, state]),
    [
      [other.id, 'expired'],
      [made.id, 'revoked'],
    ],
  )
  assert.deepEqual(consent.ledger.checkpoint()?.size, 3)
})

test('a grant keeps to its purpose', async (t) => {
  const { consent } = await open(t)
  const cases: Array<[Partial<NewGrant>, Problem['code']]> = [
    [{ dataset: 'licences' }, 'record-service-not-found'],
    [{ purpose: 'gossip' }, 'purpose-not-allowed'],
    [{ fields: [] }, 'fields-not-allowed'],
    [{ fields: ['fines'] }, 'fields-not-allowed'],
    [{ fields: ['born'] }, 'fields-not-allowed'],
    [{ fields: ['ageOver'] }, 'fields-not-allowed'],
    [{ fields: ['ageOver(18,19)'] }, 'fields-not-allowed'],
    [{ fields: ['name(1)'] }, 'fields-not-allowed'],
    [{ expiresAt: '2026-12-30T00:00:00.000Z' }, 'grant-not-allowed'],
    [{ expiresAt: '2026-11-09T00:00:00.000Z' }, 'grant-not-allowed'],
    [{ expiresAt: 'tomorrow' }, 'grant-not-allowed'],
    [{ basis: 'contract' }, 'grant-not-allowed'],
    [{ maxUses: 0 }, 'grant-not-allowed'],
  ]
  for (const [change, code] of cases)
    await assert.rejects(
      async () => consent.grants.create({ ...wanted, ...change }),
      (error) => error instanceof Problem && error.code === code,
      JSON.stringify(change),
    )
  await assert.rejects(
    async () => consent.grants.create(wanted, { recipientKind: 'insurer' }),
    (error) => error instanceof Problem && error.code === 'grant-not-allowed',
  )
  assert.equal(consent.ledger.checkpoint(), undefined)
})

test('every grant is in a log whose checkpoint is signed, whichever process wrote it', async (t) => {
  const { consent, again } = await open(t)
  const other = again()
  const made = await Promise.all(
    Array.from({ length: 40 }, (_, at) => (at % 2 ? consent : other).grants.create({ ...wanted, subject: `p${at}` })),
  )
  assert.deepEqual(
    made.map(({ ledgerIndex }) => ledgerIndex).sort((a, b) => a - b),
    Array.from({ length: 40 }, (_, at) => at),
  )
  const { size, note } = consent.ledger.checkpoint()!
  const read = readNote(note)!
  const { publicBytes } = consent.keys.ledger
  const verifier = { name: consent.ledger.origin, keyId: keyIdOf(consent.ledger.origin, ED25519, publicBytes), type: ED25519, publicBytes }
  assert.deepEqual(isSignedBy(read, verifier), {})
  assert.equal(isSignedBy({ ...read, text: read.text.replace('40', '41') }, verifier), undefined)
  const checkpoint = readCheckpoint(read.text)!
  assert.deepEqual([checkpoint.origin, checkpoint.size, size], ['sixteen.test/ledger', 40, 40])
  for (const { ledgerIndex, subject, id } of made) {
    const event = consent.ledger.events.eventAt(ledgerIndex)!
    assert.deepEqual([JSON.parse(event.body!).subject, JSON.parse(event.body!).grant], [subject, id])
    const leaf = leafHash(commitmentOf(event.salt!, event.body!))
    assert.deepEqual(rootFromPath(leaf, ledgerIndex, size, consent.ledger.path(ledgerIndex, size)), checkpoint.root)
  }
})

test('a work that fails leaves nothing, and those that share its transaction stay', async (t) => {
  const { consent } = await open(t)
  const outcomes = await Promise.allSettled([
    consent.grants.create(wanted),
    consent.grants.create(wanted, {
      alongside: () => {
        throw new Error('no')
      },
    }),
    consent.grants.create(wanted),
  ])
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  assert.deepEqual([consent.grants.listOf('ann').length, consent.ledger.checkpoint()!.size], [2, 2])
})
