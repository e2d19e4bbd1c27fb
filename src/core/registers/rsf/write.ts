import { shaName } from '../log/leaf.ts'

/** The line that asserts a root, with its line end. */
export const assertLine = (root: Uint8Array): string => `assert-root-hash\t${shaName(root)}\n`

/** The line that adds an item, given as canonical JSON. */
export const itemLine = (json: string): string => `add-item\t${json}\n`

/** The line that appends an entry. */
export function entryLine(entry: { log: 'user' | 'system'; key: string; timestamp: string; items: readonly Uint8Array[] }): string {
  return `append-entry\t${entry.log}\t${entry.key}\t${entry.timestamp}\t${entry.items.map(shaName).join(';')}\n`
}
