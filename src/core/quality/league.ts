import type { CommonFix, Fix, PublisherStanding } from './model.ts'

const MOST_FIXES = 10
const MOST_SHOWN = 5

/** A month so many months before a moment, YYYY-MM. */
export function monthsBack(now: Date, months: number): string {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 1)).toISOString().slice(0, 7)
}

/** A publisher's place from its means; `before` is its mean score three months ago. */
export function toStanding(
  row: { publisher: string; datasets: number; score: number; stars: number; in_time: number | null; broken: number },
  title: string,
  before: number | undefined,
): PublisherStanding {
  return {
    publisher: row.publisher,
    title,
    datasets: row.datasets,
    score: round(row.score),
    stars: round(row.stars),
    inTime: row.in_time === null ? null : Number(row.in_time.toFixed(3)),
    broken: row.broken,
    change: before === undefined ? null : round(row.score - before),
  }
}

/** What would raise the mean of a publisher most, over all its datasets; each with those that gain most. */
export function commonFixes(rows: ReadonlyArray<{ dataset: string; fixes: readonly Fix[] }>): CommonFix[] {
  const all = rows.flatMap(({ dataset, fixes }) => fixes.map((fix) => ({ dataset, ...fix })))
  return [...Map.groupBy(all, ({ id }) => id)]
    .map(([id, of]) => {
      const best = of.toSorted((a, b) => b.gain - a.gain || a.dataset.localeCompare(b.dataset))
      return {
        id,
        text: titleOf(id, best[0]?.text ?? id),
        datasets: new Set(of.map(({ dataset }) => dataset)).size,
        gain: Number((of.reduce((sum, { gain }) => sum + gain, 0) / rows.length).toFixed(2)),
        first: best.slice(0, MOST_SHOWN).map(({ dataset, text, href }) => ({ dataset, text, href })),
      }
    })
    .sort((a, b) => b.gain - a.gain || a.id.localeCompare(b.id))
    .slice(0, MOST_FIXES)
}

/** Words for what is said of each dataset with its own particulars. */
const titles: Record<string, string> = {
  'publish-release': 'Publish releases that are due',
  'mend-link': 'Mend broken links',
  'follow-link': 'Give the new address of what has moved',
  'mend-cells': 'Mend cells that do not fit their column',
  'structure-file': 'Give files as CSV or another open format',
}

const titleOf = (id: string, text: string): string =>
  titles[id] ??
  (id.startsWith('earn-star-')
    ? `Earn ${['', 'the first', 'the second', 'the third', 'the fourth', 'the fifth'][Number(id.at(-1))]} star of openness`
    : text)

const round = (value: number): number => Number(value.toFixed(1))
