/** The texts of a column, each once with how often it occurs: columns of a spend file hold few different ones. */
export interface Texts {
  /** Cells, empty ones included. */
  cells: number
  /** Texts without blanks around, by how often they occur; empty ones left out. */
  counts: ReadonlyMap<string, number>
}

/** Counts the cells of one column of some records. */
export function countColumn(records: readonly { cells: readonly string[] }[], position: number): Texts {
  const counts = new Map<string, number>()
  for (const { cells } of records) addText(counts, cells[position] ?? '')
  return { cells: records.length, counts }
}

export function countTexts(texts: readonly string[]): Texts {
  const counts = new Map<string, number>()
  for (const text of texts) addText(counts, text)
  return { cells: texts.length, counts }
}

/** Both columns' texts together. */
export function joinTexts(a: Texts, b: Texts): Texts {
  const counts = new Map(a.counts)
  for (const [text, count] of b.counts) counts.set(text, (counts.get(text) ?? 0) + count)
  return { cells: a.cells + b.cells, counts }
}

function addText(counts: Map<string, number>, text: string): void {
  if (text === '') return
  const bare = text.trim()
  if (bare !== '') counts.set(bare, (counts.get(bare) ?? 0) + 1)
}

/** How many cells hold one of these texts. */
export function total(counts: ReadonlyMap<string, number>): number {
  let sum = 0
  for (const count of counts.values()) sum += count
  return sum
}
