const DAY_MS = 86_400_000
const periods: Record<string, number> = {
  continuous: 1,
  daily: 1,
  weekly: 7,
  monthly: 31,
  quarterly: 92,
  'twice-a-year': 183,
  yearly: 366,
}
/** A release this part of its period after it is due is late; after that it is missed. */
const GRACE = 0.5

/** When data that is renewed so often is next due; undefined where nothing is. */
export function nextDue(frequency: string | undefined, last: string): Date | undefined {
  const days = periods[frequency ?? '']
  return days === undefined ? undefined : new Date(Date.parse(last) + days * DAY_MS)
}

/** Whether data came when it was due: in time, up to half its period late, or not; undefined where nothing falls due. */
export function timelinessOf(frequency: string | undefined, last: string, now: Date): 'in-time' | 'late' | 'missed' | undefined {
  const due = nextDue(frequency, last)
  if (!due) return undefined
  const late = (now.getTime() - due.getTime()) / DAY_MS
  if (late <= 0) return 'in-time'
  return late <= Math.max(1, (periods[frequency ?? ''] ?? 1) * GRACE) ? 'late' : 'missed'
}
