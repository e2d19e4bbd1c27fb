import type { SpendFile } from './files.ts'

/** A publisher's row in the table of who has published which month. */
export interface PublisherTimeliness {
  publisher: string
  published: number
  late: number
  missing: string[]
  medianDaysLate: number | null
  /** Its file of each period, by period. */
  cells: Map<string, SpendFile>
}

/** Who has published which month and how late, publishers in the order of their names, periods oldest first. */
export function timeliness(files: readonly SpendFile[], layout?: string): { periods: string[]; publishers: PublisherTimeliness[] } {
  const dated = files.filter((file) => file.period && (!layout || file.layout === layout))
  const periods = [...new Set(dated.map(({ period }) => period))].sort()
  const names = [...new Set(dated.map(({ publisher }) => publisher))].sort()
  return {
    periods,
    publishers: names.map((name) =>
      rowOf(
        name,
        dated.filter(({ publisher }) => publisher === name),
      ),
    ),
  }
}

function rowOf(publisher: string, files: readonly SpendFile[]): PublisherTimeliness {
  const cells = new Map<string, SpendFile>()
  for (const file of files) if (!cells.has(file.period)) cells.set(file.period, file)
  const days = [...cells.values()].map((file) => file.daysLate ?? 0).sort((a, b) => a - b)
  return {
    publisher,
    published: cells.size,
    late: days.filter((count) => count > 0).length,
    missing: missingMonths([...cells.keys()]),
    medianDaysLate: days[Math.floor(days.length / 2)] ?? null,
    cells,
  }
}

/** Months between the first and the last that no period covers. */
function missingMonths(periods: readonly string[]): string[] {
  const covered = new Set(periods.flatMap((period) => monthsOf(period)))
  const [first, last] = [[...covered].sort()[0], [...covered].sort().at(-1)]
  return first && last ? monthsOf(`${first}/${last}`).filter((month) => !covered.has(month)) : []
}

const MOST_MONTHS = 600

function monthsOf(period: string): string[] {
  const [first = '', last = first] = period.split('/')
  const months: string[] = []
  for (let month = first; month <= last && months.length < MOST_MONTHS; month = after(month)) months.push(month)
  return months
}

function after(month: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`
}
