import type { RecordService } from '../../src/core/access/index.ts'

/** A record service with one invented record, for tests of what surrounds records. */
export const libraryPass: RecordService = {
  dataset: 'library-pass',
  title: 'Library pass',
  yours: 'your library pass',
  summary: 'Invented.',
  publisher: 'libraries',
  fields: [
    { name: 'name', label: 'name' },
    { name: 'born', label: 'date of birth' },
    { name: 'fines', label: 'fines owed' },
  ],
  answers: [],
  purposes: [
    {
      code: 'join',
      letter: 'J',
      label: 'Joining another library',
      description: 'The library makes a pass for you without asking again.',
      lawfulBasis: 'consent',
      fields: ['name', 'born'],
      usual: ['name'],
      recipientKinds: ['library'],
      longestDays: 30,
      mostUses: null,
      retention: 'As long as you are a member',
    },
  ],
  factor: {
    name: 'born',
    label: 'Date of birth',
    hint: '',
    needs: ['born'],
    of: (record) => String(record.born),
    normalise: (typed) => typed.trim(),
  },
  claims: [],
  source: { fetch: async () => undefined, match: async () => undefined },
}
