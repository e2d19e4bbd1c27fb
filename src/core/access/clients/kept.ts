/** How long another process may still go by what was changed in this one, in milliseconds. */
const KEPT_MS = 1000
const MOST = 2000

/** What was read a moment ago, by id. */
export interface Kept<T> {
  of(id: string): T
  /** Forgets everything: something of it was changed. */
  forget(): void
}

/**
 * Keeps what is read with every request and changes once a month. A change in this process is seen at once, one of another process within a
 * second.
 */
export function keptBriefly<T>(read: (id: string) => T): Kept<T> {
  const kept = new Map<string, { value: T; until: number }>()
  return {
    of: (id) => {
      const now = performance.now()
      const known = kept.get(id)
      if (known && known.until > now) return known.value
      const value = read(id)
      if (kept.size >= MOST) kept.delete(kept.keys().next().value as string)
      kept.set(id, { value, until: now + KEPT_MS })
      return value
    },
    forget: () => kept.clear(),
  }
}
