/** What the owner of a host asks of machines. */
export interface Robots {
  allows(path: string): boolean
}

/**
 * The rules of a robots.txt for an agent: those of the group that names it, else those for all. The longest rule that fits decides.
 *
 * @see RFC 9309, Robots Exclusion Protocol
 */
export function parseRobots(text: string, agent: string): Robots {
  const own = agent.toLowerCase()
  const groups: Array<{ agents: string[]; rules: Array<{ allow: boolean; path: string }> }> = []
  let open = false
  for (const line of text.slice(0, 500_000).split(/\r\n|\r|\n/)) {
    const [, name = '', value = ''] = /^\s*([A-Za-z-]+)\s*:\s*([^#]*)/.exec(line) ?? []
    const key = name.toLowerCase()
    if (key === 'user-agent') {
      if (!open) groups.push({ agents: [], rules: [] })
      groups.at(-1)?.agents.push(value.trim().toLowerCase())
      open = true
    } else if (key === 'allow' || key === 'disallow') {
      open = false
      if (value.trim()) groups.at(-1)?.rules.push({ allow: key === 'allow', path: value.trim() })
    }
  }
  const ours = groups.filter(({ agents }) => agents.some((each) => each !== '*' && own.includes(each)))
  const rules = (ours.length ? ours : groups.filter(({ agents }) => agents.includes('*'))).flatMap((group) => group.rules)
  return {
    allows: (path) => {
      const fitting = rules
        .filter((rule) => fits(rule.path, path))
        .sort((a, b) => b.path.length - a.path.length || Number(b.allow) - Number(a.allow))
      return fitting[0]?.allow ?? true
    },
  }
}

/** Walks the pieces between stars, so that no pattern of a stranger's makes a costly expression. */
function fits(pattern: string, path: string): boolean {
  const ends = pattern.endsWith('$')
  const pieces = (ends ? pattern.slice(0, -1) : pattern).split('*')
  if (!path.startsWith(pieces[0] ?? '')) return false
  let at = (pieces[0] ?? '').length
  for (const piece of pieces.slice(1)) {
    const found = path.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return !ends || at === path.length || (pieces.length > 1 && path.endsWith(pieces.at(-1) ?? ''))
}
