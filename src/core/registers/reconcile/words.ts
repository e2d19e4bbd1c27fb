/**
 * Words that say what kind of body or place a name is of, and little of which one. They count when two names are otherwise the same.
 */
const kindWords: Record<string, string> = {
  county: 'county',
  cc: 'county',
  city: 'city',
  cities: 'city',
  dinas: 'city',
  district: 'district',
  dc: 'district',
  dist: 'district',
  borough: 'borough',
  boro: 'borough',
  bc: 'borough',
  bwrdeistref: 'borough',
  metropolitan: 'metropolitan',
  metro: 'metropolitan',
  mbc: 'metropolitan',
  mdc: 'metropolitan',
  london: 'london',
  lb: 'london',
  lbc: 'london',
  royal: 'royal',
  rb: 'royal',
  unitary: 'unitary',
  ua: 'unitary',
  combined: 'combined',
  mayoral: 'combined',
  sir: 'county',
  democratic: 'democratic',
  peoples: 'peoples',
  republic: 'republic',
  rep: 'republic',
  kingdom: 'kingdom',
  federal: 'federal',
  islamic: 'islamic',
  commonwealth: 'commonwealth',
  former: 'former',
  socialist: 'socialist',
}

/** Words that say nothing of which body or place a name is of. */
const emptyWords = new Set(
  `the of and a an for in upon on by with council councils authority corporation cyngor sirol y yr o
  territory territories collectivity dependency dependencies including excluding formerly incl former`.split(/\s+/),
)

const sameWord: Record<string, string> = {
  saint: 'st',
  sainte: 'st',
  ste: 'st',
  isl: 'island',
  isle: 'island',
  isles: 'island',
  isls: 'island',
  islands: 'island',
  is: 'island',
  dept: 'department',
  govt: 'government',
  natl: 'national',
  assoc: 'association',
  univ: 'university',
  mt: 'mount',
  beds: 'bedfordshire',
  berks: 'berkshire',
  bucks: 'buckinghamshire',
  cambs: 'cambridgeshire',
  derbys: 'derbyshire',
  glos: 'gloucestershire',
  hants: 'hampshire',
  herts: 'hertfordshire',
  lancs: 'lancashire',
  leics: 'leicestershire',
  lincs: 'lincolnshire',
  northants: 'northamptonshire',
  notts: 'nottinghamshire',
  oxon: 'oxfordshire',
  salop: 'shropshire',
  staffs: 'staffordshire',
  warks: 'warwickshire',
  wilts: 'wiltshire',
  worcs: 'worcestershire',
  yorks: 'yorkshire',
  n: 'north',
  s: 'south',
  e: 'east',
  w: 'west',
}

/** A name taken apart for comparing. */
export interface Words {
  /** The name without case, accents and punctuation. */
  full: string
  /** The words that say which one it is. */
  core: string[]
  /** The words that say what kind it is. */
  kinds: Set<string>
}

/** A text without case, accents and punctuation; "&" is "and". */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[ƒ]/g, 'f')
    .replace(/ø/gi, 'o')
    .replace(/ł/gi, 'l')
    .replace(/ß/g, 'ss')
    .replace(/æ/gi, 'ae')
    .toLowerCase()
    .replace(/&/g, ' and ')
    .replace(/(?<=\p{L})[’'`´](?=s\b)/gu, '')
    .replace(/\b(?:\p{L}\.){2,}\p{L}?\.?/gu, (initials) => initials.replaceAll('.', ''))
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** Takes a name apart. Where only words of kind are left ("County Council"), they are what it is called. */
export function takeApart(text: string): Words {
  const full = fold(text)
  const core: string[] = []
  const kinds = new Set<string>()
  for (const word of full.split(' ')) {
    const kind = kindWords[word]
    if (kind) kinds.add(kind)
    else if (word !== '' && !emptyWords.has(word)) core.push(sameWord[word] ?? word)
  }
  return { full, core: core.length > 0 ? core : full.split(' ').filter((word) => word && !emptyWords.has(word)), kinds }
}

/** One way of reading a text as a name; `part` when it leaves out what may matter. */
export interface Way {
  text: string
  part: boolean
}

/** What people add about a place: what it was called, what it takes in and leaves out. */
const remarks = /[\s,;(–-]*\b(?:formerly|including|incl|excluding|excl|comprising|not including)\b.*$/is

/**
 * The ways to read a text as a name: as it stands, without remarks, with what follows a comma put first, and, as a part, without
 * what is in brackets.
 */
export function waysToWrite(text: string): Way[] {
  const whole = [text, text.replace(remarks, '')].filter((way) => way.trim() !== '')
  for (const way of [...whole]) {
    const [, first, second] = /^([^,]+),\s*([^,]+)$/.exec(way) ?? []
    if (first && second) whole.push(`${second} ${first}`)
  }
  const outside = text
    .replace(/\s*[([].*[)\]]\s*/s, ' ')
    .replace(/\s*[([].*$/s, '')
    .trim()
  const ways = [...new Set(whole)].map((way) => ({ text: way, part: false }))
  return outside === '' || whole.includes(outside) ? ways : [...ways, { text: outside, part: true }]
}
