import { Problem } from '../../../foundation/kernel/index.ts'
import type { DatasetInput } from '../model.ts'
import type { VisibilityInput } from './model.ts'

type Kept = Required<Pick<VisibilityInput, 'state' | 'visibility'>> & Omit<VisibilityInput, 'state' | 'visibility'>

/** What is said with a state and with no other. */
const said = { 'nothing-to-open': 'reason', planned: 'planned', closed: 'obstacle' } as const
const sayings = {
  reason: 'Say why there is nothing to open.',
  planned: 'Give the day by which it is planned to be published.',
  obstacle: 'Name the obstacle that keeps it closed.',
}

/**
 * A description whose visibility is whole: what it leaves out is as it was before, so that nobody opens a dataset by changing its title.
 *
 * @throws {Problem} parameter-invalid when a state lacks what must be said with it.
 */
export function withVisibility(input: DatasetInput, before: Partial<Kept> = {}): DatasetInput & Kept {
  const { state = before.state ?? 'published', visibility = before.visibility ?? 'public' } = input
  const columnVisibility = input.columnVisibility ?? before.columnVisibility
  const { reason: _reason, planned: _planned, obstacle: _obstacle, columnVisibility: _columns, ...rest } = input
  const member = state in said ? said[state as keyof typeof said] : undefined
  const words = member && (input[member] ?? before[member])
  if (member && !words?.trim()) throw new Problem('parameter-invalid', { detail: sayings[member], pointer: `/${member}` })
  return {
    ...rest,
    state,
    visibility,
    ...(columnVisibility && Object.keys(columnVisibility).length > 0 && { columnVisibility }),
    ...(member && { [member]: words }),
  }
}

/**
 * Refuses a table in which a column that fewer may see could be there under another name.
 *
 * @throws {Problem} column-visibility-unclear, naming the columns in doubt.
 */
export function demandClearColumns(
  given: Readonly<Record<string, string>> | undefined,
  names: readonly string[],
  before: readonly string[] | undefined,
): void {
  if (!given) return
  const lower = (each: readonly string[]) => new Set(each.map((name) => name.toLowerCase()))
  const [now, then, ruled] = [lower(names), lower(before ?? []), lower(Object.keys(given))]
  const missing = Object.entries(given).flatMap(([name, tier]) =>
    tier !== 'public' && !now.has(name.toLowerCase()) && (!before || then.has(name.toLowerCase())) ? [name] : [],
  )
  const unruled = names.filter((name) => !then.has(name.toLowerCase()) && !ruled.has(name.toLowerCase()))
  if (missing.length === 0 || unruled.length === 0) return
  throw new Problem('column-visibility-unclear', {
    detail: `The table has no column ${missing.join(', ')}, which not all may see, and ${unruled.slice(0, 20).join(', ')} may be the same under another name.`,
    pointer: '/columnVisibility',
    hint: 'Say of each of these columns who may see it, public included, in columnVisibility; then publish again.',
  })
}
