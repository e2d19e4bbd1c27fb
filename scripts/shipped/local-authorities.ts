import { dates, distance, distinct, name, plain, type Row, readTable, type Shipped, successors } from './table.ts'

/** Regions by name as GSS codes; nations too, where a council has no region. */
export const regionCodes: Record<string, string> = {
  'North East': 'E12000001',
  'North West': 'E12000002',
  'Yorkshire and The Humber': 'E12000003',
  'East Midlands': 'E12000004',
  'West Midlands': 'E12000005',
  'East of England': 'E12000006',
  London: 'E12000007',
  'South East': 'E12000008',
  'South West': 'E12000009',
  England: 'E92000001',
  Wales: 'W92000004',
  Scotland: 'S92000003',
  'Northern Ireland': 'N92000002',
}

/** Which new districts of Northern Ireland took the place of which old ones. @see Local Government (Boundaries) Act (Northern Ireland) 2008 */
const northernIreland: Record<string, string> = {
  'NIR-A': 'DRS',
  'NIR-B': 'CCG',
  'NIR-C': 'CCG',
  'NIR-D': 'CCG',
  'NIR-E': 'CCG',
  'NIR-F': 'MEA',
  'NIR-G': 'MEA',
  'NIR-H': 'MUL',
  'NIR-I': 'MUL',
  'NIR-J': 'DRS',
  'NIR-K': 'FMO',
  'NIR-L': 'FMO',
  'NIR-M': 'MUL',
  'NIR-N': 'ABC',
  'NIR-O': 'ABC',
  'NIR-P': 'NMD',
  'NIR-Q': 'ABC',
  'NIR-R': 'NMD',
  'NIR-S': 'LBC',
  'NIR-T': 'ANN',
  'NIR-U': 'ANN',
  'NIR-V': 'MEA',
  'NIR-W': 'AND',
  'NIR-X': 'AND',
  'NIR-Y': 'LBC',
}

export interface Authorities {
  register: Shipped
  rows: Record<string, string>[]
  successorsOf(code: string): string[]
  sharesOf(code: string): string[]
  /** GSS code of the region, or of the nation where there are none. */
  region(row: Record<string, string>): string | undefined
}

/** Local authorities of the four nations with their codes in other lists, former codes and successors. */
export function localAuthorities(folder: string): Authorities {
  const rows = readTable(folder, 'mysociety/uk_local_authorities_future.csv')
  const welsh = new Map(
    readTable(folder, 'local-authority/data/principal-local-authority/principal-local-authority.tsv').map((row) => [
      row['principal-local-authority']!,
      row,
    ]),
  )
  const started = new Map(
    ['eng/local-authorities', 'sct/local-authority-sct', 'nir/local-authorities']
      .flatMap((file) => readTable(folder, `local-authority/data/local-authority-${file}.tsv`))
      .concat([...welsh.values()])
      .map((row) => [Object.values(row)[0]!, row['start-date']!]),
  )
  const edubase = byAuthority(readTable(folder, 'local-authority/maps/edubase.tsv'), 'edubase')
  const successorsOf = (code: string): string[] => {
    const row = rows.find((one) => one['local-authority-code'] === code)
    return (row?.['replaced-by'] || northernIreland[code] || '').split(',').filter(Boolean)
  }
  const sharesOf = (code: string): string[] => populationShares(rows, code, successorsOf)
  const region = regions(folder, rows, successorsOf)
  const register: Shipped = {
    register: 'local-authority',
    title: 'Local authorities',
    description: 'Local authorities of England, Wales, Scotland and Northern Ireland, past and present, with their codes in other lists',
    custodian: 'Ministry of Housing, Communities and Local Government; devolved administrations',
    licence: 'ogl-uk-3.0',
    source:
      'mysociety/uk_local_authority_names_and_codes; openregister/local-authority-data; successors in Northern Ireland from the Local Government (Boundaries) Act (Northern Ireland) 2008',
    timestamp: '2025-05-01T00:00:00Z',
    fields: [
      { field: 'local-authority', text: 'Code of the local authority registers' },
      name('Common name'),
      { field: 'official-name', role: 'label', text: 'Name of the council' },
      { field: 'name-cy', role: 'label', text: 'Welsh name' },
      { field: 'official-name-cy', role: 'label', text: 'Welsh name of the council' },
      { field: 'aliases', cardinality: 'n', role: 'alias', text: 'Other names in use' },
      { field: 'kind', text: 'Type of authority' },
      { field: 'gss', role: 'code', register: 'statistical-geography-area', text: 'GSS code' },
      { field: 'former-gss', cardinality: 'n', role: 'code', text: 'GSS codes it had before' },
      { field: 'snac', cardinality: 'n', role: 'code', text: 'Codes before GSS: SNAC and ONS' },
      { field: 'curie', cardinality: 'n', role: 'code', text: 'Names in the registers of each nation' },
      { field: 'edubase', role: 'code', text: 'Number as an education authority' },
      { field: 'ecode', role: 'code', text: 'Number in finance returns' },
      { field: 'os', role: 'code', text: 'Ordnance Survey identifier' },
      { field: 'county', register: 'local-authority', role: 'parent', text: 'County council above it' },
      { field: 'combined-authority', register: 'local-authority', role: 'link', text: 'Combined authority it belongs to' },
      { field: 'region', register: 'statistical-geography-area', role: 'parent', text: 'Region or nation' },
      successors,
      {
        field: 'replaced-by-share',
        cardinality: 'n',
        datatype: 'string',
        text: 'Share of its people of 2020 in each of the codes that replaced it',
      },
      ...dates,
    ],
    rows: rows.map((row): Row => {
      const code = row['local-authority-code']!
      const cymru = welsh.get(code)
      const official = row['official-name']!
      const common = properNames[code] ?? (cymru?.['name'] || row['nice-name']!)
      return {
        'local-authority': code,
        name: common,
        'official-name': official,
        'name-cy': cymru?.['name-cy'],
        'official-name-cy': cymru?.['official-name-cy'],
        aliases: aliases(row['alt-names']!, [common, official, cymru?.['name-cy'], cymru?.['official-name-cy']]).filter(
          (alias) =>
            !rows.some(
              (other) => other !== row && [other['nice-name']!, other['official-name']!].some((text) => core(text) === core(alias)),
            ),
        ),
        kind: row['local-authority-type-name'],
        gss: row['gss-code'],
        'former-gss': row['former-gss-codes']!.split(',').filter(Boolean),
        snac: [...new Set([row['snac']!, row['old-ons-la-code']!])].filter((text) => /^\d\d[A-Z]{0,2}$/.test(text)),
        curie: [...new Set([row['old-register-and-code']!, row['even-older-register-and-code']!])].filter(Boolean),
        edubase: edubase.get(row['old-register-and-code']!),
        ecode: row['ecode'],
        os: row['os']?.replace(/\.0$/, ''),
        county: row['county-la'] && rows.some((one) => one['local-authority-code'] === row['county-la']) ? row['county-la'] : undefined,
        'combined-authority': row['combined-authority'],
        region: region(row),
        'replaced-by': successorsOf(code),
        'replaced-by-share': sharesOf(code),
        'start-date': startOf(row, started),
        'end-date': lastDay(row['end-date']!),
      }
    }),
  }
  return { register, rows, successorsOf, sharesOf, region }
}

/** The first day; days of June 2005 and 1905 are when a source was typed in, not when a council began. */
function startOf(row: Record<string, string>, started: ReadonlyMap<string, string>): string | undefined {
  const known = [started.get(row['local-authority-code']!), row['start-date']].filter((date) => date && !/^(19|20)05-06/.test(date))
  return known.sort()[0]
}

/** The last day of a code; a source that gives the first day without it means the day before. */
export function lastDay(date: string): string {
  return date.endsWith('-04-01') ? date.replace('-04-01', '-03-31') : date
}

/** Where the source calls a body by another's name. */
const properNames: Record<string, string> = { HYCA: 'Hull and East Yorkshire' }

/** Region of a council: by the ONS look-up, which is right where the other source is not; else as said, else that of what replaced it. */
function regions(folder: string, rows: Record<string, string>[], successorsOf: (code: string) => string[]) {
  const byGss = new Map(
    readTable(folder, 'digital-land/organisation/statistical-geography-la-to-region-lookup.csv').map((row) => [
      row['la-statistical-geography']!,
      row['region-statistical-geography']!,
    ]),
  )
  const byCode = new Map(rows.map((row) => [row['local-authority-code']!, row]))
  const region = (row: Record<string, string>): string | undefined => {
    const inside = rows.find((one) => one['county-la'] === row['local-authority-code'] && byGss.has(one['gss-code']!))
    const next = byCode.get(successorsOf(row['local-authority-code']!)[0] ?? '')
    return (
      byGss.get(row['gss-code']!) ??
      (inside && byGss.get(inside['gss-code']!)) ??
      (row['region'] ? regionCodes[row['region']] : undefined) ??
      (next && region(next)) ??
      regionCodes[row['nation']!]
    )
  }
  return region
}

function byAuthority(rows: Record<string, string>[], field: string): Map<string, string> {
  return new Map(rows.map((row) => [row['local-authority']!, row[field]!]))
}

/**
 * A county that became several authorities: the share of each, by the people of the districts that went into it. Nothing where one
 * authority took all, or the districts do not tell.
 */
function populationShares(rows: Record<string, string>[], county: string, successorsOf: (code: string) => string[]): string[] {
  const into = successorsOf(county)
  if (into.length < 2) return []
  const people = into.map((code) =>
    rows
      .filter((row) => row['county-la'] === county && successorsOf(row['local-authority-code']!).includes(code))
      .reduce((sum, row) => sum + Number(row['pop-2020'] || 0), 0),
  )
  const total = people.reduce((sum, count) => sum + count, 0)
  return people.every((count) => count > 0) ? people.map((count) => (count / total).toFixed(4)) : []
}

/** Names in use, without typing errors of the names that are there (the matching knows those) and without damaged letters. */
function aliases(text: string, known: readonly (string | undefined)[]): string[] {
  const pieces = text
    .replace(/, (?=banbridge|and )/gi, '§ ')
    .split(',')
    .map((piece) => piece.replaceAll('§', ',').trim())
  const cores = known.map((one) => core(one ?? ''))
  return distinct(
    pieces.filter((piece) => piece && !/[\uFFFD¿½]/.test(piece) && !cores.some((one) => distance(one, core(piece)) <= 2)),
    known,
  ).map(titled)
}

const core = (text: string): string =>
  plain(text.replace(/\b(council|borough|district|county|city|metropolitan|london|royal|the|of|and)\b/gi, ' '))

function titled(text: string): string {
  return /[A-Z]/.test(text) ? text : text.replace(/\b(?!(?:and|of|the|upon|on|with|in)\b)[a-z]/g, (letter) => letter.toUpperCase())
}
