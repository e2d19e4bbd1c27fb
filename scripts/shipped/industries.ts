import { type Field, name, type Row, readTable, type Shipped } from './table.ts'

const editions = [
  ['2003', 'UK Standard Industrial Classification of Economic Activities 2003', '2003-01-01', '2007-12-31'],
  ['2007', 'UK Standard Industrial Classification of Economic Activities 2007', '2008-01-01', ''],
] as const

const about = {
  custodian: 'Office for National Statistics',
  licence: 'ogl-uk-3.0',
  source: 'openregister/industrial-classification-data',
  timestamp: '2017-03-01T00:00:00Z',
}

/** Two editions of the classification, and the table that leads from one to the other. */
export function industries(folder: string): Shipped[] {
  const correlation = readTable(folder, 'sic/industrial-classification-correlation.tsv')
  return [
    ...editions.map(([year, title, start, end]) => edition(folder, year, title, start, end)),
    {
      ...about,
      register: 'industrial-classification-correlation',
      title: 'Correlation of SIC 2003 with SIC 2007',
      description: 'Each activity of SIC 2003 with the activities of SIC 2007 that it went into, wholly or in part',
      fields: [
        { field: 'industrial-classification-correlation', text: 'Number of the pair' },
        { field: 'source', datatype: 'curie', text: 'Code of SIC 2003' },
        { field: 'target', datatype: 'curie', text: 'Code of SIC 2007' },
      ],
      rows: correlation.map((row) => ({
        'industrial-classification-correlation': row['industrial-classification-correlation'],
        source: row['source'],
        target: row['target'],
      })),
    },
  ]
}

function edition(folder: string, year: string, title: string, start: string, end: string): Shipped {
  const register = `industrial-classification-${year}`
  const fields: Field[] = [
    { field: register, text: `Code of SIC ${year}` },
    name('Activity'),
    { field: 'parent', role: 'parent', text: 'Wider activity' },
    { field: 'plain-code', role: 'code', text: 'Code without points and strokes, as Companies House writes it' },
    { field: 'start-date', datatype: 'datetime', text: 'First day' },
    { field: 'end-date', datatype: 'datetime', text: 'Last day' },
  ]
  const rows = readTable(folder, `sic/${register}.tsv`)
  const isParent = new Set(rows.map((row) => row['parent']?.split(':').at(-1)))
  return {
    ...about,
    register,
    title,
    description: `Sections, divisions, groups, classes and subclasses of SIC ${year}`,
    fields,
    rows: rows.map((row): Row => {
      const code = row[register]!
      return {
        [register]: code,
        name: row['name'],
        parent: row['parent']?.split(':').at(-1),
        'plain-code': /[./]/.test(code) ? plainCode(code, isParent.has(code)) : undefined,
        'start-date': start,
        'end-date': end,
      }
    }),
  }
}

/** Five digits for a class without subclasses: those of a class end in 0. */
function plainCode(code: string, hasSubclasses: boolean): string {
  const digits = code.replace(/[./]/g, '')
  return digits.length === 4 && !hasSubclasses ? `${digits}0` : digits
}
