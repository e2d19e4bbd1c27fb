export const textOf = (value: unknown): string => (value === undefined || value === null ? '' : String(value))

/** A whole number parameter within bounds. */
export function wholeOf(value: unknown, otherwise: number, most: number): number {
  const number = Number(value ?? otherwise)
  return Number.isInteger(number) && number >= 0 ? Math.min(number, most) : otherwise
}

/** True for what CKAN's `asbool` takes for true. */
export const truthOf = (value: unknown): boolean => /^(?:true|yes|on|y|t|1)$/i.test(textOf(value))

/** A list parameter: a list, a JSON list in a text, or one value. */
export function listOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(textOf)
  const text = textOf(value).trim()
  if (!text) return []
  if (text.startsWith('['))
    try {
      const list = JSON.parse(text.replaceAll("'", '"')) as unknown
      if (Array.isArray(list)) return list.map(textOf)
    } catch {
      return [text]
    }
  return [text]
}
