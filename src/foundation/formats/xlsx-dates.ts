import { clockText } from './sheet.ts'

/** Number formats with a fixed number that show a date or a time. */
const builtIn = (id: number): boolean =>
  (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58)

/**
 * Whether a number format shows a moment (a date, a time of day) or an elapsed time: its first section holds a letter for a part of one,
 * outside quotes and colours.
 *
 * @see ECMA-376 part 1, 18.8.30 and 18.8.31
 */
export function timeFormat(id: number, code?: string): 'moment' | 'elapsed' | undefined {
  if (code === undefined) return id === 46 ? 'elapsed' : builtIn(id) ? 'moment' : undefined
  const bare = code.replace(/"[^"]*"|\\.|[_*]./g, '').replace(/\[(?!(?:h+|m+|s+)\])[^\]]*\]/gi, '')
  const first = bare.split(';')[0] ?? ''
  if (/general|standard/i.test(first) || !/[dmyhs]/i.test(first)) return undefined
  return first.includes('[') ? 'elapsed' : 'moment'
}

const DAY = 86_400
const LAST_SERIAL = 2_958_466

/**
 * The ISO text of a serial number of days, to the second: a date, a date with a time, or under one day a time.
 * Undefined when it is no date of Excel's.
 */
export function serialText(serial: number, epoch1904: boolean): string | undefined {
  const seconds = Math.round(serial * DAY)
  if (!(seconds >= 0 && seconds < LAST_SERIAL * DAY)) return undefined
  const days = Math.floor(seconds / DAY)
  const rest = seconds % DAY
  const day = epoch1904 ? isoDay(days, Date.UTC(1904, 0, 1)) : day1900(days)
  if (!day || (epoch1904 && days === 0 && rest)) return clockText(rest)
  return rest ? `${day}T${clockText(rest)}` : day
}

/** Excel counts a 29 February 1900 that never was; it is kept as text, which no date column takes. */
function day1900(days: number): string | undefined {
  if (days === 0) return undefined
  if (days === 60) return '1900-02-29'
  return isoDay(days, Date.UTC(1899, 11, days < 60 ? 31 : 30))
}

function isoDay(days: number, epoch: number): string {
  return new Date(epoch + days * DAY * 1000).toISOString().slice(0, 10)
}

/** Elapsed days as hours, minutes and seconds; undefined when negative. */
export function elapsedText(days: number): string | undefined {
  return days >= 0 && days < LAST_SERIAL ? clockText(Math.round(days * DAY)) : undefined
}
