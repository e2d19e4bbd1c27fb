/** The texts of a column, each once with how often it occurs: columns of a spend file hold few different ones. */
export interface Texts {
  /** Cells, empty ones included. */
  cells: number
  /** Texts without blanks around, by how often they occur; empty ones left out. */
  counts: ReadonlyMap<string, number>
}

/** Counts the cells of one column of some records. A text that stands in row after row is counted as a run. */
export function countColumn(records: readonly { cells: readonly string[] }[], position: number): Texts {
  const counts = new Map<string, number>()
  let last = ''
  let run = 0
  for (const { cells } of records) {
    const text = cells[position] ?? ''
    if (text === last) {
      run += 1
      continue
    }
    addText(counts, last, run)
    last = text
    run = 1
  }
  addText(counts, last, run)
  return { cells: records.length, counts }
}

export function countTexts(texts: readonly string[]): Texts {
  const counts = new Map<string, number>()
  for (const text of texts) addText(counts, text, 1)
  return { cells: texts.length, counts }
}

/** Both columns' texts together. */
export function joinTexts(a: Texts, b: Texts): Texts {
  const counts = new Map(a.counts)
  for (const [text, count] of b.counts) counts.set(text, (counts.get(text) ?? 0) + count)
  return { cells: a.cells + b.cells, counts }
}

function addText(counts: Map<string, number>, text: string, times: number): void {
  const bare = isBare(text) ? text : text.trim()
  if (bare === '' || times === 0) return
  const known = counts.get(bare)
  counts.set(bare, known === undefined ? times : known + times)
}

/** Whether a text neither begins nor ends with a blank. */
function isBare(text: string): boolean {
  const first = text.charCodeAt(0)
  const last = text.charCodeAt(text.length - 1)
  return first > 32 && first < 128 && last > 32 && last < 128
}

/** How many cells hold one of these texts. */
export function total(counts: ReadonlyMap<string, number>): number {
  let sum = 0
  for (const count of counts.values()) sum += count
  return sum
}
