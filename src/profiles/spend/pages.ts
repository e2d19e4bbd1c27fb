import type { PageCell, PageChoice, PageContent, PagePart, ProfilePage, ProfileServices } from '../../core/profile-kit.ts'
import { combinedColumns } from './combine.ts'
import { fileAnswer, type Recognised } from './files.ts'
import { type Layout, layouts, over25000 } from './model.ts'
import type { Spend } from './spend.ts'
import { timeliness } from './timeliness.ts'

/** The pages of spending: totals, who publishes when, and what is odd in a file. */
export function spendPages(services: ProfileServices, spend: Spend): ProfilePage[] {
  return [
    { path: '/spend', load: (parameters) => totalsPage(services, spend, parameters) },
    { path: '/spend/timeliness', load: (parameters) => timelinessPage(services, spend, parameters) },
    { path: '/spend/files/:dataset', load: (parameters) => filePage(spend, parameters) },
  ]
}

const home = { text: 'Spending', href: '/spend' }
const pounds = (value: unknown): string => `£${Math.round(Number(value ?? 0)).toLocaleString('en-GB')}`
const count = (value: number): string => value.toLocaleString('en-GB')

/** Millions and thousands as people say them. */
function roundPounds(value: number): string {
  const size = Math.abs(value)
  const [unit, by] = size >= 1e9 ? ['bn', 1e9] : size >= 1e6 ? ['m', 1e6] : ['k', 1e3]
  return size < 1e3 ? pounds(value) : `£${(value / Number(by)).toLocaleString('en-GB', { maximumFractionDigits: 1 })}${unit}`
}

interface Asked {
  layout: Layout
  publisher: string
  supplier: string
  period: string
}

function asked(parameters: URLSearchParams): Asked {
  return {
    layout: layouts.find(({ name }) => name === parameters.get('layout')) ?? over25000,
    publisher: parameters.get('publisher') ?? '',
    supplier: (parameters.get('supplier') ?? '').slice(0, 200),
    period: parameters.get('period') ?? '',
  }
}

const address = (path: string, fields: Record<string, string>): string => {
  const kept = Object.entries(fields).filter(([, value]) => value)
  return kept.length ? `${path}?${new URLSearchParams(kept)}` : path
}

async function totalsPage(services: ProfileServices, spend: Spend, parameters: URLSearchParams): Promise<PageContent> {
  const now = asked(parameters)
  const files = (await spend.files()).filter((file) => file.layout === now.layout.name)
  const titles = new Map((await services.catalogue.publishers()).map(({ name, title }) => [name, title]))
  const choices = choicesOf(now, files, titles)
  const title = `${now.layout.title}: who was paid, by whom, when`
  if (!files.length)
    return {
      title,
      parts: [choices, { kind: 'text', text: 'No file of this kind has been published yet.' }],
      data: { layout: now.layout.name, files: 0 },
    }
  const totals = await totalsOf(services, now)
  const link = (more: Partial<Record<'publisher' | 'supplier' | 'period', string>>) =>
    address('/spend', { layout: now.layout.name, publisher: now.publisher, supplier: now.supplier, period: now.period, ...more })
  const rows = address(`/datasets/${now.layout.name}`, {
    publisher__exact: now.publisher,
    supplier__contains: now.supplier,
    period__exact: now.period,
  })
  return {
    title,
    lead: `${roundPounds(totals.sum)} in ${count(totals.rows)} lines from ${count(files.length)} files.`,
    parts: [
      choices,
      {
        kind: 'figures',
        items: [
          { value: roundPounds(totals.sum), label: 'paid, net of credit notes' },
          { value: count(totals.rows), label: 'lines', href: rows },
          { value: count(totals.suppliers), label: 'names of suppliers' },
          { value: count(new Set(files.map(({ publisher }) => publisher)).size), label: 'publishers', href: '/spend/timeliness' },
        ],
      },
      ...barsAndTable('By month', 'Period', totals.byPeriod, (value) => link({ period: value })),
      ...barsAndTable('By publisher', 'Publisher', totals.byPublisher, (value) => link({ publisher: value }), titles),
      ...barsAndTable(`By ${now.layout === over25000 ? 'entity' : 'department'}`, 'Name', totals.byDepartment),
      ...barsAndTable('Largest suppliers', 'Supplier', totals.bySupplier, (value) => link({ supplier: value })),
      { kind: 'text', text: 'Every line, with its file and row', href: rows },
      {
        kind: 'text',
        text: 'Who has published which month, and how late',
        href: address('/spend/timeliness', { layout: now.layout.name }),
      },
    ],
    data: { layout: now.layout.name, files: files.length, ...totals },
  }
}

interface Total {
  name: string
  sum: number
  rows: number
}

/** Bars in a chart: more would not be read. The table under it has as many rows as were asked for. */
const BARS = 20

const barsAndTable = (
  title: string,
  noun: string,
  totals: readonly Total[],
  href?: (name: string) => string,
  titles?: ReadonlyMap<string, string>,
): PagePart[] => {
  const shown = totals.map(({ name, sum, rows }) => ({
    label: titles?.get(name) ?? (name || '(not stated)'),
    value: sum,
    text: roundPounds(sum),
    rows,
    ...(href && name && { href: href(name) }),
  }))
  return [
    {
      kind: 'bars',
      title,
      measure: 'Pounds',
      bars: (noun === 'Period' ? shown.slice(-BARS * 2) : shown.slice(0, BARS)).map(({ rows: _rows, ...bar }) => bar),
    },
    {
      kind: 'table',
      caption: title,
      columns: [{ name: noun }, { name: 'Amount (£)', numeric: true }, { name: 'Lines', numeric: true }],
      rows: shown.map(({ label, value, rows, href: to }): PageCell[] => [to ? { text: label, href: to } : label, Math.round(value), rows]),
    },
  ]
}

async function totalsOf({ datastore }: ProfileServices, now: Asked) {
  const filter = [
    now.publisher && { column: 'publisher', op: 'exact' as const, value: now.publisher, pointer: '/publisher' },
    now.supplier && { column: 'supplier', op: 'contains' as const, value: now.supplier, pointer: '/supplier' },
    now.period && { column: 'period', op: 'exact' as const, value: now.period, pointer: '/period' },
  ].filter((condition) => condition !== '')
  const names = new Map(combinedColumns(now.layout).map(({ alias, name }) => [alias, name]))
  const measures = [
    { measure: 'sum' as const, column: 'amount', as: 'sum', pointer: '' },
    { measure: 'count' as const, as: 'rows', pointer: '' },
  ]
  const by = async (alias: string, limit: number, newestLast = false): Promise<Total[]> => {
    const { records } = await datastore.page(now.layout.name, {
      ...(filter.length && { filter: { and: filter } }),
      group: [alias],
      measures,
      sort: [newestLast ? { column: alias, descending: true } : { column: 'sum', descending: true }],
      limit,
    })
    const totals = records.map((row) => ({
      name: String(row[names.get(alias) ?? ''] ?? ''),
      sum: Number(row.sum ?? 0),
      rows: Number(row.rows),
    }))
    return newestLast ? totals.reverse() : totals
  }
  const whole = await datastore.page(now.layout.name, {
    ...(filter.length && { filter: { and: filter } }),
    group: [],
    measures: [...measures, { measure: 'count-distinct', column: 'supplier', as: 'suppliers', pointer: '' }],
    sort: [],
  })
  const [row = {}] = whole.records
  return {
    sum: Number(row.sum ?? 0),
    rows: Number(row.rows ?? 0),
    suppliers: Number(row.suppliers ?? 0),
    byPeriod: await by('period', 60, true),
    byPublisher: await by('publisher', 100),
    byDepartment: await by(now.layout === over25000 ? 'entity' : 'department', 30),
    bySupplier: await by('supplier', 30),
  }
}

function choicesOf(now: Asked, files: readonly Recognised[], titles: ReadonlyMap<string, string>): PagePart {
  const options = (values: string[], chosen: string, every: string, text = (value: string) => value) =>
    [['', every], ...values.map((value) => [value, text(value)])].map(([value = '', label = '']) => ({
      value,
      text: label,
      selected: value === chosen,
    }))
  const distinct = (values: string[]) => [...new Set(values)].filter(Boolean).sort()
  const fields: PageChoice[] = [
    {
      name: 'layout',
      label: 'Kind',
      options: layouts.map(({ name, title }) => ({ value: name, text: title, selected: name === now.layout.name })),
    },
    {
      name: 'publisher',
      label: 'Publisher',
      options: options(
        distinct(files.map(({ publisher }) => publisher)),
        now.publisher,
        'All publishers',
        (name) => titles.get(name) ?? name,
      ),
    },
    {
      name: 'period',
      label: 'Month',
      options: options(distinct(files.map(({ period }) => period)).reverse(), now.period, 'All months'),
    },
    { name: 'supplier', label: 'Supplier contains', text: now.supplier },
  ]
  return { kind: 'choices', fields, button: 'Show' }
}

/** Periods across the page; the newest, since those are the ones to act on. */
const SHOWN_PERIODS = 12

async function timelinessPage(services: ProfileServices, spend: Spend, parameters: URLSearchParams): Promise<PageContent> {
  const { layout } = asked(parameters)
  const { periods, publishers } = timeliness(await spend.files(), layout.name)
  const titles = new Map((await services.catalogue.publishers()).map(({ name, title }) => [name, title]))
  const shown = periods.slice(-SHOWN_PERIODS)
  const cell = (period: string, row: (typeof publishers)[number]): PageCell => {
    const file = row.cells.get(period)
    if (!file) return { text: 'missing', state: 'missing' }
    const late = file.daysLate ?? 0
    return {
      text: late > 0 ? `${count(late)} days late` : 'in time',
      href: address(`/spend/files/${file.dataset}`, { version: file.version }),
      state: late > 0 ? 'late' : 'good',
    }
  }
  return {
    title: `${layout.title}: who has published which month`,
    lead: 'A month’s payments are due by the last day of the month after it.',
    trail: [home],
    parts: [
      {
        kind: 'choices',
        fields: [
          {
            name: 'layout',
            label: 'Kind',
            options: layouts.map(({ name, title }) => ({ value: name, text: title, selected: name === layout.name })),
          },
        ],
        button: 'Show',
      },
      publishers.length
        ? {
            kind: 'table',
            caption: `The newest ${shown.length} periods`,
            columns: [
              { name: 'Publisher' },
              ...shown.map((name) => ({ name })),
              { name: 'Published', numeric: true },
              { name: 'Gaps', numeric: true },
            ],
            rows: publishers.map((row) => [
              { text: titles.get(row.publisher) ?? row.publisher, href: `/publishers/${row.publisher}` },
              ...shown.map((period) => cell(period, row)),
              row.published,
              row.missing.length,
            ]),
          }
        : { kind: 'text', text: 'No file of this kind has been published yet.' },
    ],
    data: { layout: layout.name, periods, publishers: publishers.map(({ cells: _cells, ...rest }) => rest) },
  }
}

async function filePage(spend: Spend, parameters: URLSearchParams): Promise<PageContent> {
  const dataset = parameters.get('dataset') ?? ''
  const { file, findings } = await spend.findings(dataset, parameters.get('version') ?? undefined)
  const answer = fileAnswer(file)
  const row = (number: number): PageCell => ({
    text: number,
    href: address(`/datasets/${file.dataset}`, { _row__exact: String(number), version: file.version }),
  })
  return {
    title: `${file.source}: what to look at`,
    lead: findings.length
      ? `${count(findings.length)} kinds of thing to look at in ${count(file.rows)} rows${file.period ? ` of ${file.period}` : ''}.`
      : `Nothing odd in ${count(file.rows)} rows${file.period ? ` of ${file.period}` : ''}.`,
    trail: [home, { text: dataset, href: `/datasets/${dataset}` }],
    parts: [
      ...findings.flatMap((finding): PagePart[] => [
        { kind: 'heading', text: `${finding.title}: ${count(finding.count)}`, id: finding.check },
        {
          kind: 'table',
          caption: finding.count > finding.examples.length ? `The first ${finding.examples.length}` : 'Rows',
          columns: [{ name: 'Row', numeric: true }, { name: 'Found' }],
          rows: finding.examples.map((example) => [row(example.row), example.text]),
        },
      ]),
      { kind: 'heading', text: 'How the columns were understood', id: 'columns' },
      {
        kind: 'table',
        caption: 'Fields of the layout',
        columns: [{ name: 'Field' }, { name: 'Column of the file' }, { name: 'Confidence', numeric: true }, { name: 'Why' }],
        rows: [
          ...answer.fields.map((field): PageCell[] => [field.field, field.column, `${Math.round(field.confidence * 100)}%`, field.reason]),
          ...answer.missing.map((field): PageCell[] => [
            field,
            { text: 'missing', state: 'missing' },
            '',
            'no column was found for this mandatory field',
          ]),
        ],
      },
    ],
    data: { file: answer, findings },
  }
}
