import { type Authorities, lastDay, regionCodes } from './local-authorities.ts'
import { dates, isoDate, name, type Row, readTable, type Shipped, successors } from './table.ts'

/** Areas by GSS code: districts, counties, regions, nations, registration districts, past and present. */
export function areas(folder: string, authorities: Authorities): Shipped {
  const found = new Map<string, Row>()
  const put = (code: string, row: Row) => {
    const before = found.get(code) ?? { 'statistical-geography-area': code }
    found.set(code, { ...before, ...Object.fromEntries(Object.entries(row).filter(([, value]) => value && value.length > 0)) })
  }
  for (const [title, code] of Object.entries(regionCodes)) put(code, { name: title, parent: [nationOf(code)].filter(Boolean) })
  put('K02000001', { name: 'United Kingdom' })
  put('E11000007', { name: 'Tyne and Wear', parent: ['E92000001'], 'start-date': '2013-04-01' }) // new code after Gateshead's boundary change
  put('E11000004', { 'replaced-by': ['E11000007'] })
  for (const file of ['e06', 'e07', 'e08', 'e09', 'e10', 'e11', 'e28', 'w20'])
    for (const row of readTable(folder, `statistical-geography/ons/${file}.csv`))
      put(row['GEOGCD']!, {
        name: row['GEOGNM'],
        'name-cy': row['GEOGNMW'],
        parent: [row['PARENTCD'] || nationOf(row['GEOGCD']!)].filter(Boolean),
        'start-date': isoDate(row['OPER_DATE']!),
        'end-date': isoDate(row['TERM_DATE']!),
      })
  for (const row of readTable(folder, 'statistical-geography/statistical-geography-council-areas-sct-data.tsv'))
    put(row['statistical-geography-council-area-sct']!, {
      parent: ['S92000003'],
      'start-date': row['start-date'],
      'end-date': row['end-date'],
    })
  const gssOf = new Map(authorities.rows.map((row) => [row['local-authority-code']!, row['gss-code']!]))
  for (const row of authorities.rows) putAuthority(row)
  for (const [old, ...into] of of2009(found)) put(old, { 'replaced-by': into, parent: [nationOf(old)] })

  function putAuthority(row: Record<string, string>): void {
    const code = row['local-authority-code']!
    const gss = row['gss-code']!
    if (!gss) return
    const county = row['county-la'] && gssOf.get(row['county-la'])
    const region = authorities.region(row)
    put(gss, {
      ...(found.get(gss)?.['name'] ? {} : { name: row['nice-name'] }),
      'local-authority': code,
      parent: [county, region].filter((parent): parent is string => Boolean(parent)),
      'replaced-by': authorities.successorsOf(code).flatMap((next) => gssOf.get(next) ?? []),
      'replaced-by-share': authorities.sharesOf(code),
      'end-date': lastDay(row['end-date']!),
      ...(found.get(gss)?.['start-date'] ? {} : { 'start-date': row['start-date']! > '2009-01-01' ? row['start-date']! : '2009-01-01' }),
    })
    const chain = row['former-gss-codes']!.split(',').filter(Boolean).sort()
    for (const [at, former] of chain.entries())
      put(former, {
        ...(found.get(former)?.['name'] ? {} : { name: row['nice-name'] }),
        'local-authority': code,
        parent: [region].filter((parent): parent is string => Boolean(parent)),
        'replaced-by': [chain[at + 1] ?? gss],
      })
  }

  const codes = new Map(authorities.register.rows.map((row) => [row['gss'] as string, row]))
  for (const row of found.values()) {
    const authority = codes.get(row['statistical-geography-area'] as string)
    row['name'] ||= (authority?.['name'] as string) ?? ''
    row['name-cy'] ||= (authority?.['name-cy'] as string) ?? ''
    row['entity'] = String(row['statistical-geography-area']).slice(0, 3)
  }
  return {
    register: 'statistical-geography-area',
    title: 'Statistical geographies by GSS code',
    description: 'Nations, regions, counties, districts and registration districts by their nine-character GSS code, past and present',
    custodian: 'Office for National Statistics',
    licence: 'ogl-uk-3.0',
    source:
      'openregister/statistical-geography-data; digital-land/organisation-dataset; mysociety/uk_local_authority_names_and_codes; successors of 2009 from the structural changes orders of 2008',
    timestamp: '2025-05-01T00:00:00Z',
    fields: [
      { field: 'statistical-geography-area', text: 'GSS code' },
      name(),
      { field: 'name-cy', role: 'label', text: 'Welsh name' },
      { field: 'entity', register: 'statistical-geography', role: 'link', text: 'Kind of area' },
      { field: 'local-authority', register: 'local-authority', role: 'link', text: 'Local authority of this area' },
      { field: 'parent', cardinality: 'n', role: 'parent', text: 'Areas it lies in' },
      successors,
      { field: 'replaced-by-share', cardinality: 'n', text: 'Share of its people of 2020 in each of the codes that replaced it' },
      ...dates,
    ],
    rows: [...found.values()]
      .filter((row) => row['name'])
      .sort((a, b) => (a['statistical-geography-area']! < b['statistical-geography-area']! ? -1 : 1)),
  }
}

function nationOf(code: string): string {
  const nation = { E: 'E92000001', W: 'W92000004', S: 'S92000003', N: 'N92000002' }[code[0] ?? '']
  if (code.slice(1, 3) === '92') return 'K02000001'
  return nation && nation !== code ? nation : ''
}

/** Districts and counties that ended on 31 March 2009, each with the unitary authorities that took their place. */
const reform2009: Record<string, string[]> = {
  E06000055: ['Bedford'],
  E06000056: ['Mid Bedfordshire', 'South Bedfordshire'],
  E06000050: ['Chester', 'Ellesmere Port & Neston', 'Vale Royal'],
  E06000049: ['Congleton', 'Crewe and Nantwich', 'Macclesfield'],
  E06000052: ['Caradon', 'Carrick', 'Kerrier', 'North Cornwall', 'Penwith', 'Restormel'],
  E06000053: ['Isles of Scilly'],
  E06000047: ['Chester-le-Street', 'Derwentside', 'Durham', 'Easington', 'Sedgefield', 'Teesdale', 'Wear Valley'],
  E06000048: ['Alnwick', 'Berwick-upon-Tweed', 'Blyth Valley', 'Castle Morpeth', 'Tynedale', 'Wansbeck'],
  E06000051: ['Bridgnorth', 'North Shropshire', 'Oswestry', 'Shrewsbury and Atcham', 'South Shropshire'],
  E06000054: ['Kennet', 'North Wiltshire', 'Salisbury', 'West Wiltshire'],
}
const counties2009: Record<string, string[]> = {
  Bedfordshire: ['E06000055', 'E06000056'],
  Cheshire: ['E06000049', 'E06000050'],
  'Cornwall and Isles of Scilly': ['E06000052', 'E06000053'],
  Durham: ['E06000047'],
  Northumberland: ['E06000048'],
  Shropshire: ['E06000051'],
  Wiltshire: ['E06000054'],
}

function of2009(found: ReadonlyMap<string, Row>): [string, ...string[]][] {
  const ended = [...found].filter(([code, row]) => /^E(07|10)/.test(code) && row['end-date'] === '2009-03-31')
  return ended.map(([code, row]) => {
    const title = String(row['name'])
    const into = code.startsWith('E10')
      ? counties2009[title]
      : Object.entries(reform2009).flatMap(([successor, names]) => (names.includes(title) ? [successor] : []))
    if (!into?.length) throw new Error(`Nothing is known to have replaced ${code} ${title}`)
    return [code, ...into]
  })
}

/** Kinds of statistical area: the first three characters of a GSS code. */
export function entityTypes(folder: string): Shipped {
  return {
    register: 'statistical-geography',
    title: 'Kinds of statistical geography',
    description: 'Entity codes of the Register of Geographic Codes: the first three characters of a GSS code',
    custodian: 'Office for National Statistics',
    licence: 'ogl-uk-3.0',
    source: 'openregister/statistical-geography-data',
    timestamp: '2017-11-27T00:00:00Z',
    fields: [
      { field: 'statistical-geography', text: 'First three characters of the code' },
      name(),
      { field: 'aliases', cardinality: 'n', role: 'alias', text: 'Abbreviation' },
      { field: 'coverage', text: 'Where it is used' },
      { field: 'theme', text: 'What it is for' },
      { field: 'start-date', datatype: 'datetime', text: 'First day' },
    ],
    rows: readTable(folder, 'statistical-geography/ons/RGC.csv').map((row) => ({
      'statistical-geography': row['Entity code'],
      name: row['Entity name'],
      aliases: [row['Entity abbreviation']!].filter((text) => text && text !== 'n/a'),
      coverage: row['Entity coverage'],
      theme: row['Entity theme'],
      'start-date': isoDate(row['Entity start date']!),
    })),
  }
}
