import type { DerivedAnswer, Purpose, RecordField, RecordService, RecordSource } from '../../core/profile-kit.ts'

const fields: readonly RecordField[] = [
  { name: 'recordNumber', label: 'police record number' },
  { name: 'firstNames', label: 'first names' },
  { name: 'lastName', label: 'last name' },
  { name: 'dateOfBirth', label: 'date of birth' },
  { name: 'unspentConvictions', label: 'convictions that are not spent' },
  { name: 'unspentCautions', label: 'cautions that are not spent' },
  { name: 'convictions', label: 'all convictions, spent ones included' },
  { name: 'cautions', label: 'all cautions, spent ones included' },
]

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0

const answers: readonly DerivedAnswer[] = [
  {
    name: 'nothingUnspent',
    label: 'whether you have anything that is not spent',
    question: () => 'whether you have no conviction or caution that is not spent',
    parameters: [],
    needs: ['unspentConvictions', 'unspentCautions'],
    answer: ({ unspentConvictions, unspentCautions }) => isEmpty(unspentConvictions) && isEmpty(unspentCautions),
  },
  {
    name: 'nothingRecorded',
    label: 'whether anything is recorded',
    question: () => 'whether you have no conviction or caution at all',
    parameters: [],
    needs: ['convictions', 'cautions'],
    answer: ({ convictions, cautions }) => isEmpty(convictions) && isEmpty(cautions),
  },
]

const names = ['recordNumber', 'firstNames', 'lastName', 'dateOfBirth']
const everything = fields.map(({ name }) => name)

const purposes: readonly Purpose[] = [
  {
    code: 'basic-check',
    letter: 'B',
    label: 'Basic check for work',
    description: 'Your employer sees whether there is anything that you must still tell. What is spent is never shown.',
    lawfulBasis: 'consent',
    fields: ['firstNames', 'lastName', 'dateOfBirth', 'unspentConvictions', 'unspentCautions', 'nothingUnspent'],
    usual: ['firstNames', 'lastName', 'nothingUnspent'],
    recipientKinds: ['employer'],
    longestDays: 90,
    mostUses: 3,
    retention: '6 months after the decision',
  },
  {
    code: 'visa-certificate',
    letter: 'V',
    label: 'Certificate for a visa',
    description: 'The embassy sees what the country that you want to live in asks for.',
    lawfulBasis: 'consent',
    fields: [...names, 'convictions', 'cautions', 'nothingRecorded'],
    usual: ['firstNames', 'lastName', 'dateOfBirth', 'nothingRecorded'],
    recipientKinds: ['embassy'],
    longestDays: 180,
    mostUses: 3,
    retention: 'As the country in question has it',
  },
  {
    code: 'crime-investigation',
    label: 'Investigating a crime',
    description: 'An officer looks up what is recorded, for a case.',
    lawfulBasis: 'public-task',
    fields: everything,
    usual: [],
    recipientKinds: ['police-force'],
    longestDays: 1,
    mostUses: 1,
    retention: 'With the file of the case',
    covert: { longestDays: 365 },
  },
  {
    code: 'firearms-licensing',
    label: 'Licensing firearms',
    description: 'The police decide on a certificate.',
    lawfulBasis: 'legal-obligation',
    fields: [...names, 'convictions', 'cautions'],
    usual: [],
    recipientKinds: ['police-force'],
    longestDays: 1,
    mostUses: 1,
    retention: 'While the certificate lasts',
  },
]

/** The service of police records over a source of them. */
export function policeService(source: RecordSource): RecordService {
  return {
    dataset: 'police-records',
    title: 'Police record',
    yours: 'your police record',
    summary: 'Convictions and cautions, and who looked at them. In this fixture government every person in it is invented.',
    publisher: 'home-office',
    fields,
    answers,
    purposes,
    factor: {
      name: 'dateOfBirth',
      label: 'Date of birth',
      hint: 'Of the person who gave you the code, such as 1991-03-14',
      needs: ['dateOfBirth'],
      of: (record) => String(record.dateOfBirth),
      normalise: (typed) => typed.replace(/\D/g, ''),
    },
    claims: [
      { name: 'recordNumber', label: 'Police record number', hint: 'Such as 14/000001A; it is in any letter about your record' },
      { name: 'dateOfBirth', label: 'Date of birth', hint: 'Such as 1991-03-14' },
    ],
    source,
  }
}
