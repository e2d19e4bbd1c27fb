/** How figures, dates and sizes are written on pages. British English, UTC. */

const dayFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })

/** A number with thousands separators and exactly `scale` digits after the point, or as many as it has up to six. */
export function numberText(value: unknown, scale?: number): string {
  const number = Number(value)
  if (value === null || value === '' || !Number.isFinite(number)) return String(value ?? '')
  return number.toLocaleString('en-GB', { minimumFractionDigits: scale ?? 0, maximumFractionDigits: scale ?? 6 })
}

/** A number as numbers are written; a text as it is. */
export const figureText = (value: unknown): unknown => (typeof value === 'number' ? numberText(value) : value)

/** A day such as 23 November 2026, from anything that begins with an ISO date; other text stays as it is. */
export function dateText(value: unknown): string {
  const date = value instanceof Date ? value : new Date(String(value))
  if (Number.isNaN(date.getTime())) return String(value ?? '')
  return dayFormat.format(date)
}

const steps: Array<[unit: string, seconds: number]> = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

/** How long ago in the largest whole unit, such as "3 days ago". */
export function agoText(value: unknown, now: Date): string {
  const seconds = (now.getTime() - new Date(String(value)).getTime()) / 1000
  if (!Number.isFinite(seconds)) return ''
  if (seconds < 60) return 'just now'
  const [unit, size] = steps.find(([, size]) => seconds >= size) as [string, number]
  return plural(Math.floor(seconds / size), unit, 'ago')
}

/** A count and its noun: "1 row", "2,000 rows". */
export function plural(count: number, noun: string, after = ''): string {
  return `${numberText(count)} ${noun}${count === 1 ? '' : 's'}${after && ` ${after}`}`
}

/** A size such as 4.2 MB: decimal units, as disks are sold and as the API counts. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return plural(bytes, 'byte')
  const [unit, size] = bytes < 1e6 ? ['KB', 1e3] : bytes < 1e9 ? ['MB', 1e6] : ['GB', 1e9]
  const amount = bytes / Number(size)
  return `${amount.toLocaleString('en-GB', { maximumFractionDigits: amount < 10 ? 1 : 0 })} ${unit}`
}

/** A share of one as a percentage without decimals. */
export function percentText(share: number): string {
  return share > 0 && share < 0.005 ? 'under 1%' : `${Math.round(share * 100)}%`
}

/** An address that a page may link to; undefined for anything but the web and mail. */
export function safeAddress(address: string | undefined): string | undefined {
  return address && /^(?:https?:\/\/|mailto:)/i.test(address) ? address : undefined
}

/** The paragraphs of a plain text. */
export function paragraphs(text = ''): string[] {
  return text
    .split(/\n\s*\n/)
    .map((part) => part.trim())
    .filter(Boolean)
}

/** Words as a sentence begins: the first letter large, the others as they are ("category B" keeps its letter). */
export const sentenceCase = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)
