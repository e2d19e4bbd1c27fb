import { type DroppedRow, fileDropSource, type RecordSource } from '../../core/profile-kit.ts'
import { isCautionSpent, isSpent, type Outcome } from './model.ts'

const outcomeOf = (row: DroppedRow): Outcome => ({
  date: row.date ?? '',
  offence: row.offence ?? '',
  court: row.court || null,
  disposal: row.disposal ?? '',
  months: row.length ? Number(row.length) * (row.unit === 'years' ? 12 : 1) : null,
})

const outcomes = (rows: readonly DroppedRow[], kind: string): Outcome[] =>
  rows
    .filter((row) => row.kind === kind)
    .map(outcomeOf)
    .sort((a, b) => (a.date < b.date ? 1 : -1))

/** A record number as it stands in the file: `14/000001A`. */
export const plainNumber = (typed: string): string => typed.toUpperCase().replace(/[^A-Z0-9/]/g, '')

/** Police records in the files that an old system drops in a folder. `today` is a date, YYYY-MM-DD. */
export function policeSource(folder: string, today: () => string): RecordSource {
  return fileDropSource({
    folder,
    key: 'record',
    fields: {
      recordNumber: 'record',
      firstNames: 'forenames',
      lastName: 'surname',
      dateOfBirth: 'born',
      convictions: (rows) => outcomes(rows, 'conviction'),
      cautions: (rows) => outcomes(rows, 'caution'),
      unspentConvictions: (rows) => outcomes(rows, 'conviction').filter((one) => !isSpent(one, today())),
      unspentCautions: (rows) => outcomes(rows, 'caution').filter((one) => !isCautionSpent(one, today())),
    },
    keyOf: ({ recordNumber = '' }) => plainNumber(recordNumber),
    matches: ({ dateOfBirth = '' }, [row]) => row?.born === dateOfBirth.trim(),
  })
}
