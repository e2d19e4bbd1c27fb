const MAX_LENGTH = 255
let before = new Uint16Array(MAX_LENGTH + 1)
let current = new Uint16Array(MAX_LENGTH + 1)
let twoBefore = new Uint16Array(MAX_LENGTH + 1)

/**
 * Number of letters to add, leave out, change or swap with their neighbour that make one text of the other; more than `limit` when it
 * is more. (Optimal string alignment: no letter is touched twice.)
 */
export function editDistance(a: string, b: string, limit: number): number {
  if (a === b) return 0
  const [rows, columns] = [Math.min(a.length, MAX_LENGTH), Math.min(b.length, MAX_LENGTH)]
  if (Math.abs(rows - columns) > limit) return limit + 1
  for (let j = 0; j <= columns; j += 1) before[j] = j
  for (let i = 1; i <= rows; i += 1) {
    current[0] = i
    let least = i
    const letter = a.charCodeAt(i - 1)
    for (let j = 1; j <= columns; j += 1) {
      const same = letter === b.charCodeAt(j - 1)
      let cost = Math.min(before[j]! + 1, current[j - 1]! + 1, before[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && letter === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1))
        cost = Math.min(cost, twoBefore[j - 2]! + 1)
      current[j] = cost
      if (cost < least) least = cost
    }
    if (least > limit) return limit + 1
    ;[twoBefore, before, current] = [before, current, twoBefore]
  }
  return before[columns]!
}

/** How alike two texts are, from 0 to 1, by their edit distance; 0 when they are less than half alike. */
export function likeness(a: string, b: string): number {
  const longest = Math.max(a.length, b.length)
  if (longest === 0) return 1
  const limit = Math.floor(longest / 2)
  const distance = editDistance(a, b, limit)
  return distance > limit ? 0 : 1 - distance / longest
}
