/** Place of a dataset in an order: larger tiers first, then larger values or earlier texts, then smaller numbers. */
export type Place = [tier: number, value: number | string, number: number]

/** How datasets are ordered: what stands in their places, asked for one part at a time because few places are ever needed whole. */
export interface Order {
  tier(number: number): number
  value(number: number): number | string
}

/**
 * The first `size` of the numbers that stand after `after`, in order. One pass with a small sorted shelf, so that the first page of
 * 50,000 matches does not sort 50,000.
 */
export function pageAfter(numbers: Uint32Array, order: Order, size: number, after?: Place): Place[] {
  const shelf: Place[] = []
  let last: Place | undefined
  for (const number of numbers) {
    const tier = order.tier(number)
    if (last && tier < last[0]) continue
    const value = order.value(number)
    if (last && !precedes(tier, value, number, last)) continue
    if (after && !follows(tier, value, number, after)) continue
    insert(shelf, [tier, value, number])
    if (shelf.length > size) shelf.pop()
    if (shelf.length === size) last = shelf[size - 1]
  }
  return shelf
}

function insert(shelf: Place[], place: Place): void {
  let at = shelf.length
  while (at > 0 && precedes(...place, shelf[at - 1] as Place)) at -= 1
  shelf.splice(at, 0, place)
}

function precedes(tier: number, value: number | string, number: number, other: Place): boolean {
  if (tier !== other[0]) return tier > other[0]
  if (value === other[1]) return number < other[2]
  return typeof value === 'number' ? value > (other[1] as number) : value < (other[1] as string)
}

function follows(tier: number, value: number | string, number: number, other: Place): boolean {
  const same = tier === other[0] && value === other[1] && number === other[2]
  return !same && !precedes(tier, value, number, other)
}
