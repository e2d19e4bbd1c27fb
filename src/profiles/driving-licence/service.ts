import { hash } from 'node:crypto'
import type { DerivedAnswer, Purpose, RecordField, RecordService, RecordSource } from '../../core/profile-kit.ts'
import { isOver, type Licence, mayDrive } from './model.ts'

const fields: readonly RecordField[] = [
  { name: 'driverNumber', label: 'driver number' },
  { name: 'firstNames', label: 'first names' },
  { name: 'lastName', label: 'last name' },
  { name: 'dateOfBirth', label: 'date of birth' },
  { name: 'licenceStatus', label: 'whether the licence is valid' },
  { name: 'licenceType', label: 'full or provisional' },
  { name: 'validFrom', label: 'valid from' },
  { name: 'validTo', label: 'valid to' },
  { name: 'entitlements', label: 'vehicles you can drive' },
  { name: 'endorsements', label: 'endorsements, with offences, dates and fines' },
  { name: 'penaltyPoints', label: 'penalty points' },
  { name: 'disqualifiedUntil', label: 'disqualified until' },
]

const licence = (record: Record<string, unknown>): Licence => record as unknown as Licence

const answers: readonly DerivedAnswer[] = [
  {
    name: 'entitledToDrive',
    label: 'whether you can drive a kind of vehicle',
    question: (category, date) => `whether you can drive a vehicle of category ${category}${date ? ` on ${date}` : ''}`,
    parameters: [
      { name: 'category', label: 'Category', pattern: /^[A-Z][A-Z0-9]{0,2}$/, example: 'B' },
      { name: 'date', label: 'Date', pattern: /^\d{4}-\d\d-\d\d$/, example: '2026-12-24', optional: true },
    ],
    needs: ['licenceStatus', 'validTo', 'entitlements', 'disqualifiedUntil'],
    answer: (record, [category = '', date], today) => mayDrive(licence(record), category, date ?? today),
  },
  {
    name: 'pointsAtMost',
    label: 'whether you have more than some penalty points',
    question: (points) => `whether you have ${points} penalty points or fewer`,
    parameters: [{ name: 'points', label: 'Points', pattern: /^\d{1,2}$/, example: '6' }],
    needs: ['penaltyPoints'],
    answer: (record, [points]) => licence(record).penaltyPoints <= Number(points),
  },
  {
    name: 'ageOver',
    label: 'whether you are over an age',
    question: (age) => `whether you are ${age} or older`,
    parameters: [{ name: 'age', label: 'Age', pattern: /^\d{1,3}$/, example: '25' }],
    needs: ['dateOfBirth'],
    answer: (record, [age], today) => isOver(licence(record).dateOfBirth, Number(age), today),
  },
]

const everything = [...fields.map(({ name }) => name), ...answers.map(({ name }) => name)]

const purposes: readonly Purpose[] = [
  {
    code: 'vehicle-hire',
    letter: 'H',
    label: 'Hiring a vehicle',
    description: 'The hire company checks that you may drive the vehicle before it hands over the keys.',
    lawfulBasis: 'consent',
    fields: everything.filter((name) => name !== 'endorsements'),
    usual: ['firstNames', 'lastName', 'entitledToDrive(B)', 'pointsAtMost(9)', 'ageOver(25)'],
    recipientKinds: ['hire-company'],
    longestDays: 21,
    mostUses: 3,
    retention: 'Until the hire ends and its claims are settled, 7 years at most',
  },
  {
    code: 'employment-check',
    letter: 'E',
    label: 'Driving for work',
    description: 'Your employer checks now and then that you may drive its vehicles.',
    lawfulBasis: 'consent',
    fields: everything,
    usual: ['firstNames', 'lastName', 'licenceStatus', 'validTo', 'entitledToDrive(B)', 'penaltyPoints'],
    recipientKinds: ['employer'],
    longestDays: 1096,
    mostUses: null,
    retention: 'While you drive for them and 6 months after',
  },
  {
    code: 'insurance-quote',
    letter: 'Q',
    label: 'Insurance quote',
    description: 'The insurer works out what cover costs you.',
    lawfulBasis: 'consent',
    fields: everything,
    usual: [
      'driverNumber',
      'firstNames',
      'lastName',
      'dateOfBirth',
      'licenceType',
      'validFrom',
      'entitlements',
      'endorsements',
      'penaltyPoints',
    ],
    recipientKinds: ['insurer'],
    longestDays: 30,
    mostUses: 5,
    retention: '30 days without a policy; with one, 7 years after it ends',
  },
]

const cut = (record: Licence, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(names.map((name) => [name, record[name as keyof Licence]]))

const plain = (typed: string): string => typed.toUpperCase().replace(/[^A-Z0-9]/g, '')

/** The service of driving licences over a source of them. */
export function licenceService(licences: () => Promise<ReadonlyMap<string, Licence>>): RecordService {
  const source: RecordSource = {
    fetch: async (key, names) => {
      const found = (await licences()).get(key)
      return found && cut(found, names)
    },
    match: async ({ driverNumber = '', postcode = '' }) => {
      const found = (await licences()).get(plain(driverNumber))
      return found && plain(found.postcode) === plain(postcode) ? found.driverNumber : undefined
    },
    version: async (key) => {
      const found = (await licences()).get(key)
      return found && hash('sha256', JSON.stringify(found), 'base64url')
    },
  }
  return {
    dataset: 'driving-licence',
    title: 'Driving licence',
    yours: 'your driving licence',
    summary: 'What you may drive, until when, and your penalty points. In this fixture government every driver is invented.',
    publisher: 'department-for-transport',
    fields,
    answers,
    purposes,
    factor: {
      name: 'driverNumber',
      label: 'Last 8 characters of the driver number',
      hint: 'It is on the front of the licence, number 5',
      needs: ['driverNumber'],
      of: (record) => plain(licence(record).driverNumber).slice(-8),
      normalise: plain,
    },
    claims: [
      { name: 'driverNumber', label: 'Driver number', hint: '16 characters, number 5 on your licence' },
      { name: 'postcode', label: 'Postcode on the licence' },
    ],
    source,
  }
}
