import { Problem } from '../../../foundation/kernel/index.ts'

/** Where a wanted name stands among some, by name, or by number from 1. */
export function indexOf(names: readonly string[], wanted: string): number {
  const plain = (name: string) => name.trim().toLowerCase()
  const found = names.findIndex((name) => plain(name) === plain(wanted))
  const index = found >= 0 ? found : /^\d+$/.test(wanted) ? Number(wanted) - 1 : -1
  if (index < 0 || index >= names.length)
    throw new Problem('parameter-invalid', {
      detail: `The file has no table ${JSON.stringify(wanted)}.`,
      pointer: '/sheet',
      hint: `It has: ${names.slice(0, 30).join(', ')}`,
    })
  return index
}
