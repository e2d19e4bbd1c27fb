import { quoteName, quoteText } from '../../../foundation/engines/duckdb/index.ts'
import type { CsvDialect } from '../../../foundation/formats/csv.ts'
import type { ColumnType, Reading } from '../model.ts'
import type { Candidate } from './infer.ts'
import { markers, printedPattern } from './kinds.ts'

/** A regular text table as the column engine reads it: no header, every cell text. */
export interface TextTable {
  path: string
  dialect: CsvDialect
  /** Lines before the first data row. */
  skipLines: number
  width: number
  /** No row is blank, so that none need be looked for. */
  dense?: boolean
  /** How lines end, where that is known for certain; else the engine finds out. */
  lineEnd?: '\\n'
  /** Each text of each column was seen to fit: simple columns are cast without looking again. Whoever says so counts what comes out. */
  seen?: boolean
}

export interface PlannedColumn {
  alias: string
  position: number
  candidate: Candidate
}

/** Name of the hidden column that carries what did not fit: a list of (column, text, rule), null in nearly every row. */
export const MISFITS = '_misfits'
/** Name of the hidden column with the source row, present when rows were sorted by key. */
export const SOURCE_ROW = '_row'

/** Smaller row groups than the engine's default of 122,880: half the memory while writing, and a page reads less. */
const ROW_GROUP = 61_440
/** Rows that the engine handles together; no row group is smaller. */
const VECTOR = 2_048
/** Cells of a row group. Each takes 16 bytes while it is gathered, and three are under way at a time: 100 MB at most. */
const ROW_GROUP_CELLS = 2_000_000
/** Columns from which a table is wide: what the engine keeps ready for each of them is then bounded. */
const WIDE = 100
/** Columns from which one thread reads the text: each thread has room for a vector of rows at every step. */
const VERY_WIDE = 400
/** Room for the different texts of a column in a row group of a wide table; the engine takes a megabyte for each at once. */
const WIDE_DICTIONARY_BYTES = 65_536

/** How a table of so many columns is written. */
export function parquetOptions(columns: number): string {
  const rows = Math.floor(ROW_GROUP_CELLS / Math.max(columns, 1) / VECTOR) * VECTOR
  const options = `format parquet, compression zstd, row_group_size ${Math.min(ROW_GROUP, Math.max(VECTOR, rows))}`
  return columns > WIDE ? `${options}, string_dictionary_page_size_limit ${WIDE_DICTIONARY_BYTES}` : options
}

/**
 * Reads strictly: whatever is not regular fails the statement, and the tolerant reader takes the file instead.
 * Rows of nothing but delimiters, which spreadsheets leave at the end, are no rows.
 */
export function readText(table: TextTable): string {
  const columns = Array.from({ length: table.width }, (_, i) => `'c${i}':'VARCHAR'`).join(',')
  const { delimiter, quote } = table.dialect
  const cells = Array.from({ length: table.width }, (_, i) => `c${i}`).join(', ')
  // The first filled cell settles nearly every row; the rest are looked at only where it holds blanks.
  const filled = `case when trim(coalesce(${cells}, ''), ' \t\u00a0') <> '' then true else trim(concat(${cells}, ''), ' \t\u00a0') <> '' end`
  return `(from read_csv(${quoteText(table.path)}, auto_detect=false, header=false, skip=${table.skipLines}, delim=${quoteText(delimiter)}, quote=${quoteText(quote)}, escape=${quoteText(quote)}, strict_mode=true, null_padding=false,${table.lineEnd ? ` new_line='${table.lineEnd}',` : ''} buffer_size=4194304,${table.width > VERY_WIDE ? ' parallel=false,' : ''} columns={${columns}})${table.dense ? '' : ` where ${filled}`})`
}

/**
 * The pass that types and proves at once: every row is read once, cells become values, and cells that did not fit are carried along
 * with their text and the rule they broke. Answers one row: how many rows were written, and what the writer noted of each column.
 */
export function compileWrite(table: TextTable, columns: readonly PlannedColumn[], target: string): string {
  const typed = columns.filter(({ candidate }) => candidate.type !== 'text')
  const isSure = ({ candidate }: PlannedColumn) => table.seen && candidate.simple
  const unsure = typed.filter((column) => !isSure(column))
  const values = typed.map((column) => {
    const { position, candidate } = column
    return `${isSure(column) ? castOf(`c${position}`, candidate) : typedOf(`c${position}`, candidate)} as t${position}`
  })
  const output = columns.map(
    ({ alias, position, candidate }) => `${candidate.type === 'text' ? 'c' : 't'}${position} as ${quoteName(alias)}`,
  )
  const from = typed.length ? `(select *, ${values.join(', ')} from ${readText(table)})` : readText(table)
  const misfits = unsure.length ? [`${misfitsOf(unsure)} as ${MISFITS}`] : []
  return `copy (select ${[...output, ...misfits].join(', ')} from ${from}) to ${quoteText(target)} (${parquetOptions(columns.length)}, return_stats true)`
}

/** Writes a table that was made from others, which has no misfits; answers as the typing pass does. */
export function compileDerived(rows: string, width: number, target: string): string {
  return `copy (from (${rows})) to ${quoteText(target)} (${parquetOptions(width)}, return_stats true)`
}

function misfitsOf(typed: readonly PlannedColumn[]): string {
  // A case, since it looks at the text of the few cells without a value only; "and" looks at every one.
  const missing = ({ position }: PlannedColumn) => `case when t${position} is null then trim(c${position}) <> '' else false end`
  const entries = typed.map(
    (column) =>
      `case when ${missing(column)} then {'c': ${column.position}, 'v': c${column.position}, 'r': ${ruleOf(`trim(c${column.position})`, column.candidate.type)}} end`,
  )
  return `case when ${typed.map(missing).join(' or ')} then list_filter([${entries.join(', ')}], lambda x: x is not null) end`
}

/** A list value, not IN: the engine turns a long IN into a join, which loses the order of the rows. */
const markerList = `[${markers.map(quoteText).join(', ')}]`

/** Which rule a text broke that did not become a value of the type. */
function ruleOf(text: string, type: ColumnType): string {
  const marker = `when list_contains(${markerList}, lower(${text})) then 'marker'`
  if (type === 'integer' || type === 'number')
    return `case ${marker} when regexp_full_match(${text}, '-?0[0-9]+') then 'leading-zero' when regexp_full_match(${text}, '-?[0-9]{16,}') then 'too-long' when ${matches(text, printedPattern('*'))} or ${matches(text, '-?[0-9.]+[eE][-+]?[0-9]+')} then 'wider-number' else 'not-a-number' end`
  return `case ${marker} else 'not-a-${type}' end`
}

/** The value of a text that is known to be one, in the plainest way of writing it. */
function castOf(text: string, candidate: Candidate): string {
  const { type, reading } = candidate
  if (type === 'boolean') return anyWayOf(`trim(${text})`, candidate)
  const target = numberType(type, reading.scale)
  if (target && candidate.simple === 'printed') return printedOf(`trim(${text})`, target, reading.decimalComma)
  if (target) return `try_cast(${reading.decorated ? `replace(${text}, ',', '')` : text} as ${target})`
  const parsed = `try_strptime(trim(${text}), [${(reading.patterns ?? []).map(quoteText).join(', ')}])`
  return type === 'date' ? `cast(${parsed} as date)` : parsed
}

/**
 * The value of a text, null when it does not fit. Casts alone are not enough: they round 12.5 to 13 and read "nan".
 * Nearly all texts are written in the column's usual way with no blanks around, so that way is tried first on the text as it stands:
 * taking blanks off costs more than the cast does.
 */
function typedOf(text: string, candidate: Candidate): string {
  const trimmed = anyWayOf(`trim(${text})`, candidate)
  const usual = usualOf(text, candidate)
  return usual ? `case when ${usual.guard} then ${usual.value} else ${trimmed} end` : trimmed
}

function usualOf(text: string, { type, reading }: Candidate): { guard: string; value: string } | undefined {
  const target = numberType(type, reading.scale)
  if (reading.decimalComma) return undefined
  if (reading.decorated && target) {
    const tail = type === 'integer' ? '' : `(?:\\.[0-9]${reading.scale === undefined ? '*' : `{0,${reading.scale}}`})?`
    const guard = matches(text, `-?(?:[0-9]{1,3}(?:,[0-9]{3})+|0|[1-9][0-9]*)${tail}`)
    return { guard, value: `try_cast(replace(${text}, ',', '') as ${target})` }
  }
  if (target) return { guard: plainGuard(text, type, reading.scale), value: `try_cast(${text} as ${target})` }
  if ((type === 'date' || type === 'date-time') && reading.patterns?.length) {
    const value = dateOf(text, type, reading.patterns)
    return { guard: `${value} is not null`, value }
  }
  return undefined
}

const numberType = (type: ColumnType, scale: number | undefined): string | undefined =>
  type === 'integer' ? 'bigint' : type !== 'number' ? undefined : scale === undefined ? 'double' : `decimal(18,${scale})`

function anyWayOf(text: string, { type, reading }: Candidate): string {
  if (type === 'boolean')
    return `case lower(${text}) when ${quoteText(reading.truth?.[0] ?? 'true')} then true when ${quoteText(reading.truth?.[1] ?? 'false')} then false end`
  if (type === 'date' || type === 'date-time') return anyDateOf(text, type, reading)
  const target = numberType(type, reading.scale) as string
  const guard = reading.decimalComma ? matches(text, '-?(?:0|[1-9][0-9]*)') : plainGuard(text, type, reading.scale)
  const printed = ` when ${printedGuard(text, type, reading)} then ${printedOf(text, target, reading.decimalComma)}`
  return `case when ${guard} then try_cast(${text} as ${target})${reading.decorated ? printed : ''} end`
}

/**
 * Shapes of plain numbers. Regular expressions, because the engine's matcher costs a fifth of its character-set trimming.
 * A leading zero is allowed only before a decimal point.
 */
function plainGuard(text: string, type: ColumnType, scale: number | undefined): string {
  if (type === 'integer') return matches(text, '-?(?:0|[1-9][0-9]{0,14})')
  if (scale === undefined) return matches(text, '-?(?:0|[1-9][0-9]*|[0-9]*\\.[0-9]*)(?:[eE][-+]?[0-9]+)?')
  return matches(text, `-?(?:0|[1-9][0-9]*|[0-9]*\\.[0-9]{0,${scale}})`)
}

const matches = (text: string, pattern: string): string => `regexp_full_match(${text}, ${quoteText(pattern)})`

function printedGuard(text: string, type: ColumnType, { scale, decimalComma }: Reading): string {
  return matches(text, printedPattern(type === 'integer' ? 'none' : scale === undefined ? '*' : `{0,${scale}}`, decimalComma))
}

function printedOf(text: string, target: string, decimalComma = false): string {
  const bare = decimalComma
    ? `replace(regexp_replace(${text}, '[^0-9,]', '', 'g'), ',', '.')`
    : `regexp_replace(${text}, '[^0-9.]', '', 'g')`
  const digits = `try_cast(${bare} as ${target})`
  return `case when regexp_matches(${text}, '^[(]|[-\u2212\u2013]|[Cc][Rr]') then -${digits} else ${digits} end`
}

/** Dates in the column's patterns, with ordinals where they occur, and a spreadsheet's serial numbers where they were left among them. */
function anyDateOf(text: string, type: ColumnType, reading: Reading): string {
  const plain = reading.ornate
    ? `regexp_replace(regexp_replace(${text}, '([0-9])(?:st|nd|rd|th)\\b', '\\1', 'i'), '\\bsept\\b', 'Sep', 'i')`
    : text
  const printed = reading.patterns?.length
    ? dateOf(plain, type, reading.patterns)
    : `cast(null as ${type === 'date' ? 'date' : 'timestamp'})`
  if (!reading.serials) return printed
  const [from, to] = reading.serials
  const serial = `case when regexp_full_match(${text}, '[0-9]{5}') then try_cast(${text} as integer) end`
  return `coalesce(${printed}, case when ${serial} between ${Math.trunc(from)} and ${Math.trunc(to)} then date '1899-12-30' + ${serial} end)`
}

function dateOf(text: string, type: ColumnType, patterns: readonly string[]): string {
  const parsed = `try_strptime(${text}, [${patterns.map(quoteText).join(', ')}])`
  if (type === 'date-time') return `case when year(${parsed}) between 1000 and 9999 then ${parsed} end`
  const midnight = patterns.some((pattern) => /%[HI]/.test(pattern)) ? ` and ${parsed} = date_trunc('day', ${parsed})` : ''
  return `case when year(${parsed}) between 1000 and 9999${midnight} then cast(${parsed} as date) end`
}

/** How often each rule was broken, by column. */
export function compileMisfitCounts(data: string): string {
  return `select m.c as position, m.r as rule, count(*) as cells from (select unnest(${MISFITS}) as m from read_parquet(${quoteText(data)}) where ${MISFITS} is not null) group by all`
}

/** Texts of a column that did not fit, markers left out. */
export function compileMisfitTexts(data: string, position: number, limit: number): string {
  return `select distinct m.v as text from (select unnest(${MISFITS}) as m from read_parquet(${quoteText(data)}) where ${MISFITS} is not null) where m.c = ${position} and m.r <> 'marker' limit ${limit}`
}

/**
 * The reject table: one line for each cell set aside, row from 1 with the header excluded. `data` is the table, where it carries misfits;
 * `extra` holds what the row reader noted.
 */
export function compileRejects(
  data: string | undefined,
  names: readonly { position: number; name: string }[],
  extra: string | undefined,
  target: string,
): string {
  const cases = names.map(({ position, name }) => `when ${position} then ${quoteText(name)}`).join(' ')
  const cells = data
    ? [
        `select row, case m.c ${cases} else '' end as "column", m.v as text, m.r as rule from (select file_row_number + 1 as row, unnest(${MISFITS}) as m from read_parquet(${quoteText(data)}, file_row_number=true) where ${MISFITS} is not null)`,
      ]
    : []
  const rows = extra
    ? [
        `from read_csv(${quoteText(extra)}, auto_detect=false, header=false, delim=',', quote='"', escape='"', new_line='\\n', columns={'row':'BIGINT','column':'VARCHAR','text':'VARCHAR','rule':'VARCHAR'})`,
      ]
    : []
  return `copy (select * from (${[...cells, ...rows].join(' union all ')}) order by row) to ${quoteText(target)} (${parquetOptions(4)})`
}

/** A reject table without rejects. */
export function compileNoRejects(target: string): string {
  const empty =
    'select cast(null as bigint) as "row", cast(null as varchar) as "column", cast(null as varchar) as text, cast(null as varchar) as rule where false'
  return `copy (${empty}) to ${quoteText(target)} (${parquetOptions(4)})`
}

/** Rewrites the rows in the order of the key, each with its row in the source. */
export function compileSort(data: string, key: readonly string[], width: number, target: string): string {
  const order = key.map((alias) => `${quoteName(alias)} nulls last`).join(', ')
  return `copy (select * exclude (file_row_number), file_row_number + 1 as ${SOURCE_ROW} from read_parquet(${quoteText(data)}, file_row_number=true) order by ${order}, ${SOURCE_ROW}) to ${quoteText(target)} (${parquetOptions(width)})`
}

/** Keys that name more than one row, or none. */
export function compileKeyClashes(data: string, key: readonly string[]): string {
  const names = key.map(quoteName).join(', ')
  const blank = key.map((alias) => `${quoteName(alias)} is null`).join(' or ')
  return `select concat_ws(', ', ${key.map((alias) => `cast(${quoteName(alias)} as varchar)`).join(', ')}) as key, count(*) as rows from read_parquet(${quoteText(data)}) group by ${names} having count(*) > 1 or ${blank} order by rows desc limit 5`
}

/** Texts of a column that the sample showed empty. */
export function compileTexts(data: string, alias: string, limit: number): string {
  return `select ${quoteName(alias)} as text from read_parquet(${quoteText(data)}) where ${quoteName(alias)} is not null limit ${limit}`
}

/** A Parquet file as comma text with a header. */
export function compileParquetText(path: string, target: string): string {
  return `copy (from read_parquet(${quoteText(path)})) to ${quoteText(target)} (format csv, header true)`
}
