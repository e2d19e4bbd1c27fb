const QUOTE = 34
const BACKSLASH = 92
const COMMA = 44

/**
 * The members of a row's JSON text, each `"name":value`, in order. Values are never objects or lists, and the text is one that the
 * column engine made, so commas outside quotes are all there is to find. The values stay as they were printed, to the last zero.
 */
export function membersOf(text: string): string[] {
  const members: string[] = []
  let start = 1
  let quoted = false
  for (let at = 1; at < text.length - 1; at += 1) {
    const code = text.charCodeAt(at)
    if (quoted) {
      if (code === BACKSLASH) at += 1
      else if (code === QUOTE) quoted = false
    } else if (code === QUOTE) quoted = true
    else if (code === COMMA) {
      members.push(text.slice(start, at))
      start = at + 1
    }
  }
  members.push(text.slice(start, -1))
  return members
}
