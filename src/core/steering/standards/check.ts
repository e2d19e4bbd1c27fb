import type { CheckFinding, CheckReport, FieldType, Rule, StandardField, StandardVersion } from './model.ts'

const MOST_FINDINGS = 200
const MOST_REMEMBERED = 1_000_000

export interface CheckInput {
  standard: string
  version: StandardVersion
  header: readonly string[]
  rows: AsyncIterable<readonly string[]> | Iterable<readonly string[]>
  /** Whether a register has a code; undefined when there is no such register. */
  hasCode: (register: string, code: string) => boolean | undefined
}

/** What of a table does not keep to a standard, each finding with what to do. Reads the rows once. */
export async function checkTable({ standard, version, header, rows, hasCode }: CheckInput): Promise<CheckReport> {
  const findings: CheckFinding[] = []
  const counts = new Map<Rule, number>()
  let faults = 0
  const tell = (row: number, column: string, rule: Rule, found: string, fix: string) => {
    counts.set(rule, (counts.get(rule) ?? 0) + 1)
    if (rule !== 'column-unknown') faults += 1
    if (findings.length < MOST_FINDINGS) findings.push({ row, column, rule, found: found.slice(0, 200), fix })
  }
  const places = placesOf(version.fields, header)
  for (const field of version.fields)
    if (field.required && !places.has(field)) tell(0, field.name, 'column-missing', header.join(', '), `Add a column ${field.name}.`)
  const known = new Set(places.values())
  for (const [i, name] of header.entries())
    if (!known.has(i)) tell(0, name, 'column-unknown', name, 'The standard does not know it; it may stay.')
  const seen = new Map([...places].filter(([field]) => field.unique).map(([field]) => [field, new Map<string, number>()]))
  let row = 0
  for await (const cells of rows) {
    row += 1
    if (cells.length > header.length)
      tell(row, '', 'row-length', `${cells.length} cells`, `Rows have ${header.length} cells; quote cells that hold commas.`)
    for (const [field, place] of places) {
      const found = faultOf(field, (cells[place] ?? '').trim(), hasCode)
      if (found) tell(row, field.name, found.rule, cells[place] ?? '', found.fix)
      const values = seen.get(field)
      const value = (cells[place] ?? '').trim()
      if (!values || !value) continue
      const first = values.get(value)
      if (first !== undefined) tell(row, field.name, 'value-repeated', value, `Row ${first} has it already; it names one row.`)
      else if (values.size < MOST_REMEMBERED) values.set(value, row)
    }
  }
  return { standard, version: version.version, conforms: faults === 0, rows: row, faults, counts: Object.fromEntries(counts), findings }
}

const plainName = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')

/** Columns by their fields: by name or another name, whatever the case and the signs between words. */
function placesOf(fields: readonly StandardField[], header: readonly string[]): Map<StandardField, number> {
  const plain = header.map(plainName)
  const places = new Map<StandardField, number>()
  for (const field of fields) {
    const at = [field.name, ...(field.aliases ?? [])].map((name) => plain.indexOf(plainName(name))).find((place) => place >= 0)
    if (at !== undefined) places.set(field, at)
  }
  return places
}

function faultOf(field: StandardField, value: string, hasCode: CheckInput['hasCode']): { rule: Rule; fix: string } | undefined {
  if (!value) return field.required ? { rule: 'value-missing', fix: `Every row has a ${field.name}.` } : undefined
  if (!readable[field.type].test(value) || (field.type.startsWith('date') && !isDay(value)))
    return { rule: 'value-invalid', fix: `Write it as ${examples[field.type]}.` }
  if (field.enum && !field.enum.includes(value)) return { rule: 'value-not-listed', fix: `One of: ${field.enum.slice(0, 20).join(', ')}.` }
  if (field.register && hasCode(field.register, value) === false)
    return { rule: 'code-unknown', fix: `Look the code up at /registers/${field.register}.` }
  const number = Number(value)
  if (field.minimum !== undefined && number < field.minimum) return { rule: 'out-of-range', fix: `At least ${field.minimum}.` }
  if (field.maximum !== undefined && number > field.maximum) return { rule: 'out-of-range', fix: `At most ${field.maximum}.` }
  if (field.maxLength !== undefined && value.length > field.maxLength)
    return { rule: 'too-long', fix: `At most ${field.maxLength} letters.` }
  return undefined
}

/** Each looks at a cell in time that grows with its length alone. */
const readable: Record<FieldType, RegExp> = {
  text: /^/,
  integer: /^-?\d{1,18}$/,
  number: /^-?\d+(?:\.\d+)?$/,
  boolean: /^(?:true|false|yes|no|1|0)$/i,
  date: /^\d{4}-\d\d-\d\d$/,
  'date-time': /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[-+]\d\d:\d\d)?$/,
  url: /^https?:\/\/\S+$/i,
  email: /^[^@\s]+@[^@\s]+$/,
  postcode: /^[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}$/i,
}

const examples: Record<FieldType, string> = {
  text: 'text',
  integer: 'a whole number, such as 1200',
  number: 'a number without signs, such as 1200.50',
  boolean: 'true or false',
  date: 'a date, such as 2015-01-31',
  'date-time': 'a date and time, such as 2015-01-31T09:30:00Z',
  url: 'an address that begins with https://',
  email: 'an e-mail address',
  postcode: 'a postcode, such as SW1A 2AA',
}

function isDay(value: string): boolean {
  const day = value.slice(0, 10)
  const date = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === day
}
