import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { libraryPass } from '../../../../test/support/library-pass.ts'
import { Events, fixedClock, Problem, type SixteenEvents } from '../../../foundation/kernel/index.ts'
import { openConsent } from '../consent.ts'
import type { RecordService } from './model.ts'

const FIELDS = ['name', 'born', 'branch', 'loans'] as const
const SUBJECTS = ['ann', 'ben', 'cat'] as const
const CLIENTS = ['app-a', 'app-b'] as const
const NONSENSE = ['postcode', 'constructor', '__proto__', 'name ', 'overLoans', 'overLoans(9)']

/** Every value names its subject and field, so that one in the wrong answer gives itself away. */
const recordOf = (subject: string) => ({ ...Object.fromEntries(FIELDS.map((field) => [field, `${field} of ${subject}`])), secret: subject })

/** A source that gives all it has, whatever it is asked for. */
const careless: RecordService = {
  ...libraryPass,
  dataset: 'passes',
  fields: FIELDS.map((name) => ({ name, label: name })),
  answers: [
    {
      name: 'overLoans',
      label: 'whether more than some loans are out',
      question: (loans) => `whether more than ${loans} are out`,
      parameters: [{ name: 'loans', label: 'loans', pattern: /^\d$/, example: '3' }],
      needs: ['loans'],
      answer: (record, [loans]) => String(record.loans).length > Number(loans),
    },
  ],
  purposes: libraryPass.purposes.map((purpose) => ({ ...purpose, fields: [...FIELDS, 'overLoans'], usual: ['name'] })),
  factor: { ...libraryPass.factor, needs: ['name'] },
  source: { fetch: async (key) => recordOf(key), match: async () => undefined },
}

const fields = (among: readonly string[]) => fc.uniqueArray(fc.constantFrom(...among), { minLength: 1, maxLength: 4 })
const known = [...FIELDS, 'overLoans(3)', 'overLoans(7)']
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('grant' as const),
      subject: fc.constantFrom(...SUBJECTS),
      client: fc.constantFrom(...CLIENTS),
      fields: fields(known),
      uses: fc.option(fc.integer({ min: 1, max: 3 })),
      days: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('revoke' as const), at: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 60 }) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      at: fc.nat(9),
      client: fc.constantFrom(...CLIENTS),
      fields: fc.option(fields([...known, ...NONSENSE])),
    }),
  },
)

test('whatever was granted and is asked for, what leaves is the granted fields of the right person, and all of it is recorded', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      const folder = await mkdtemp(join(tmpdir(), 'sixteen-property-'))
      const clock = fixedClock('2026-11-10T12:00:00.000Z')
      const consent = openConsent({ folder, host: 'a.test', services: [careless], clock, events: new Events<SixteenEvents>() })
      try {
        for (const subject of SUBJECTS) consent.links.link(subject, 'passes', subject, clock.now().toISOString())
        const grants: Array<{ id: string; subject: string; client: string; fields: string[]; left: number; ends: number }> = []
        let given = 0
        for (const one of steps) {
          if (one.kind === 'wait') clock.advance(one.hours * 3_600_000)
          if (one.kind === 'grant') {
            const { kind: _, uses, days, ...wish } = one
            const ends = clock.now().getTime() + days * 86_400_000
            const { id } = await consent.grants.create({
              ...wish,
              actingFor: null,
              recipient: wish.client,
              dataset: 'passes',
              purpose: 'join',
              basis: 'consent',
              maxUses: uses,
              cadence: null,
              notBefore: clock.now().toISOString(),
              expiresAt: new Date(ends).toISOString(),
              createdVia: 'oauth',
              evidenceSha256: '0'.repeat(64),
            })
            grants.push({ id, ...wish, left: uses ?? Number.POSITIVE_INFINITY, ends })
          }
          const target = 'at' in one ? grants[one.at % Math.max(1, grants.length)] : undefined
          if (!target) continue
          if (one.kind === 'revoke') {
            await consent.grants.revoke(target.id, target.subject, null)
            target.left = 0
          }
          if (one.kind === 'ask') {
            const wanted = one.fields ?? target.fields
            const allowed =
              one.client === target.client &&
              target.left > 0 &&
              clock.now().getTime() < target.ends &&
              wanted.every((field) => target.fields.includes(field))
            const caller = { client: one.client, organisation: one.client, organisationName: one.client }
            const answer = await consent.records
              .retrieve('passes', caller, { grant: target.id, ...(one.fields && { fields: one.fields }) })
              .catch((error) => {
                if (!(error instanceof Problem)) throw error
                return undefined
              })
            assert.equal(answer !== undefined, allowed)
            if (!answer) continue
            given += 1
            target.left -= 1
            const right = recordOf(target.subject) as Record<string, unknown>
            const value = (field: string) =>
              field.startsWith('overLoans') ? String(right.loans).length > Number(field.slice(10, 11)) : right[field]
            assert.deepEqual({ ...answer.record }, Object.fromEntries(wanted.map((field) => [field, value(field)])))
          }
        }
        const seen = SUBJECTS.flatMap((subject) => consent.history.list(subject, { limit: 500, kinds: ['disclosure'] }).entries)
        assert.equal(seen.length, given)
      } finally {
        await consent.close()
        await rm(folder, { recursive: true, force: true })
      }
    }),
    { numRuns: 25 },
  )
})
