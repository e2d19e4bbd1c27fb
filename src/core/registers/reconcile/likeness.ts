import { editDistance } from '../../../foundation/kernel/index.ts'

/** How alike two texts are, from 0 to 1, by their edit distance; 0 when they are less than half alike. */
export function likeness(a: string, b: string): number {
  const longest = Math.max(a.length, b.length)
  if (longest === 0) return 1
  const limit = Math.floor(longest / 2)
  const distance = editDistance(a, b, limit)
  return distance > limit ? 0 : 1 - distance / longest
}
