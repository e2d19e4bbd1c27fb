import type { ProfileServices } from '../../core/profile-kit.ts'
import type { Recognised } from './files.ts'
import { layouts } from './model.ts'
import { personReason } from './person.ts'

/** One thing about a file that its publisher should look at. Rows are those of the file, from 1, its header excluded. */
export interface Finding {
  check: FindingCheck
  title: string
  /** How many rows it concerns. */
  count: number
  /** The first of them, with what was found there. */
  examples: Array<{ row: number; text: string }>
}

export const findingTitles = {
  'credit-note': 'Negative amounts: credit notes, or a sign the wrong way round',
  'no-amount': 'Rows without an amount',
  'below-threshold': 'Amounts below the threshold that belong to no larger payment',
  duplicate: 'Rows that are there twice, alike in every column',
  'outside-period': 'Dates outside the period of the file',
  'no-date': 'Rows without a date',
  'no-department': 'Rows that do not say which department or service',
  'no-supplier': 'Rows without a supplier',
  'private-person': 'Suppliers that look like private persons: consider redacting them before you publish',
} as const
export type FindingCheck = keyof typeof findingTitles

const EXAMPLES = 10

type Row = Record<string, unknown>

/** What the checks need to know of a file: which layout it follows, which months it covers, and the column of each field, as published. */
export interface Checked {
  layout: string
  period: string
  columns: Readonly<Record<string, string>>
}

/** Checks every row of a published file, a batch at a time. */
export async function findingsOf({ datastore }: ProfileServices, file: Recognised): Promise<Finding[]> {
  const names = new Map(file.manifest.columns.map(({ alias, name }) => [alias, name]))
  const columns = Object.fromEntries(Object.entries(file.aliases).map(([field, alias]) => [field, names.get(alias) ?? '']))
  const { batches } = await datastore.stream(file.dataset, { sort: [], version: file.manifest.id, distribution: file.distribution }, 'json')
  return findingsIn({ layout: file.layout, period: file.period, columns }, batches)
}

/** Checks rows given as JSON texts. */
export async function findingsIn(file: Checked, batches: AsyncIterable<string[]>): Promise<Finding[]> {
  const found = new Map<FindingCheck, Finding>()
  const note = (check: FindingCheck, row: number, text: unknown) => {
    const finding = found.get(check) ?? { check, title: findingTitles[check], count: 0, examples: [] }
    finding.count += 1
    if (finding.examples.length < EXAMPLES) finding.examples.push({ row, text: String(text ?? '') })
    found.set(check, finding)
  }
  const seen = new Set<string>()
  const payments = new Map<string, { sum: number; rows: Array<{ row: number; amount: number }> }>()
  let number = 0
  for await (const batch of batches)
    for (const text of batch) {
      number += 1
      const row = JSON.parse(text) as Row
      const cell = (field: string) => row[file.columns[field] ?? '']
      if (seen.has(text)) note('duplicate', number, cell('supplier'))
      seen.add(text)
      checkRow(file, cell, number, note)
      const amount = cell('amount')
      const payment = cell('transactionNumber')
      if (typeof amount === 'number' && payment !== null && payment !== undefined) {
        const known = payments.get(String(payment)) ?? { sum: 0, rows: [] }
        known.sum += amount
        known.rows.push({ row: number, amount })
        payments.set(String(payment), known)
      }
    }
  const threshold = layouts.find(({ name }) => name === file.layout)?.thresholdPounds ?? 0
  // A line may lie below the threshold where the payment that it is part of does not.
  for (const { sum, rows } of payments.values())
    if (sum >= 0 && sum < threshold) for (const { row, amount } of rows) note('below-threshold', row, amount)
  return (Object.keys(findingTitles) as FindingCheck[]).flatMap((check) => found.get(check) ?? [])
}

function checkRow(
  file: Checked,
  cell: (field: string) => unknown,
  row: number,
  note: (check: FindingCheck, row: number, text: unknown) => void,
): void {
  const empty = (value: unknown) => value === null || value === undefined || value === ''
  const [amount, date, supplier] = [cell('amount'), cell('date'), cell('supplier')]
  if (file.columns.amount) {
    if (empty(amount)) note('no-amount', row, supplier)
    else if (Number(amount) < 0) note('credit-note', row, amount)
  }
  if (file.columns.date) {
    if (empty(date)) note('no-date', row, supplier)
    else if (outside(file.period, String(date))) note('outside-period', row, date)
  }
  const departments = ['departmentFamily', 'entity', 'department'].filter((field) => file.columns[field])
  if (departments.length && departments.every((field) => empty(cell(field)))) note('no-department', row, supplier)
  if (file.columns.supplier && empty(supplier)) note('no-supplier', row, amount)
  if (personReason(String(supplier ?? ''))) note('private-person', row, personReason(String(supplier)))
}

function outside(period: string, date: string): boolean {
  const [first, last = first] = period.split('/')
  const month = date.slice(0, 7)
  return Boolean(first && last && /^\d{4}-\d{2}$/.test(month)) && (month < (first as string) || month > (last as string))
}
