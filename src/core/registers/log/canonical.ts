/** An item as registers know it: each field has one text or several. */
export type Item = Record<string, string | string[]>

/**
 * The canonical JSON of a value: keys in order of their UTF-16 units, nothing between tokens, only what must be escaped escaped,
 * hexadecimal digits of escapes in upper case.
 *
 * @see Registers specification, Item, "Canonicalisation".
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return upperEscapes(JSON.stringify(value))
  const members = Object.keys(value)
    .sort()
    .map((key) => `${upperEscapes(JSON.stringify(key))}:${canonicalJson((value as Record<string, unknown>)[key])}`)
  return `{${members.join(',')}}`
}

/** The object that this text is the canonical JSON of; undefined when it is another text or no object. */
export function readCanonical(text: string): Record<string, unknown> | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  if (!text.includes('\\u') && isPlain(value as Record<string, unknown>) && JSON.stringify(value) === text)
    return value as Record<string, unknown>
  return canonicalJson(value) === text ? (value as Record<string, unknown>) : undefined
}

/** Whether JSON.stringify is enough: keys in order and no objects inside. Spares most items the slow way. */
function isPlain(value: Record<string, unknown>): boolean {
  let before = ''
  for (const key in value) {
    const inner = value[key]
    if (key <= before || /^\d/.test(key) || (typeof inner === 'object' && !Array.isArray(inner))) return false
    if (Array.isArray(inner) && inner.some((one) => typeof one === 'object')) return false
    before = key
  }
  return true
}

function upperEscapes(json: string): string {
  return json.includes('\\u')
    ? json.replace(/((?:^|[^\\])(?:\\\\)*\\u)([0-9a-f]{4})/g, (_all, start, hex) => start + hex.toUpperCase())
    : json
}
