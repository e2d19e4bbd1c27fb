import type { FastifyInstance } from 'fastify'
import { type Manifest, parseRecordsQuery } from '../../../core/datastore/index.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import { isLabel, isNumeric } from '../view/cell.ts'
import { type ChartData, chartData, isOrdered, MOST_GROUPS } from '../view/chart-data.ts'
import { chartSvg } from '../view/chart-drawing.ts'
import {
  type ChartState,
  chartKinds,
  chartQuery,
  groupChoices,
  measureWords,
  readChart,
  tops,
  translateChartForm,
} from '../view/chart-state.ts'
import { conditionText, stateQuery } from '../view/table-state.ts'
import { open, type Page, type Parts, parametersOf, servePage } from './page.ts'

/** Combinations that are asked for where a chart has panels. */
const MOST_COMBINATIONS = 5000
const WIDE = 720
const NARROW = 300

/** Charts of a dataset, made on a page whose address is the chart. */
export function chartPages(app: FastifyInstance, parts: Parts): void {
  servePage(app, parts, '/datasets/:dataset/chart', ({ params }, parameters) =>
    chartPage(parts, (params as { dataset: string }).dataset, parameters),
  )
  app.get('/datasets/:dataset/chart.svg', open, async (request, reply) => {
    const { dataset } = request.params as { dataset: string }
    const parameters = parametersOf(request)
    const manifest = await parts.datastore.current(dataset, parameters.get('distribution') ?? undefined)
    const { data } = await ask(parts, manifest, readChart(parameters, manifest))
    return reply
      .type('image/svg+xml')
      .header('cache-control', 'no-cache')
      .header('content-security-policy', "default-src 'none'")
      .send(
        chartSvg(data, WIDE).replace(
          ' fill="currentColor">',
          ' color="#0b0c0c" fill="currentColor"><rect width="100%" height="100%" fill="#fff"/>',
        ),
      )
  })
}

/** What the data API is asked for a chart. */
function questionOf(state: ChartState, manifest: Manifest): URLSearchParams {
  const ordered = isOrdered(state.by, manifest)
  const group = [state.by, ...(state.split ? [state.split] : [])]
  const parameters = new URLSearchParams({ group: group.map(quoted).join(','), measures: quoted(state.measure) })
  for (const { column, op, value } of state.conditions) parameters.append(`${column}__${op}`, value)
  if (state.distribution) parameters.set('distribution', state.distribution)
  const first = ordered ? [`${quoted(bucketName(state.by))}`] : [`-${quoted(measureName(state.measure, manifest))}`]
  parameters.set('sort', first.join(','))
  return parameters
}

const quoted = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
/** The name under which a bucket is answered. */
const bucketName = (by: string): string => by.replace(/:(year|quarter|month|week|day|hour)$/, '_$1').replace(/:bin:[\d.]+$/, '_bin')

function measureName(measure: string, { columns }: Manifest): string {
  const [kind = '', of] = measure.split(/:(.*)/s)
  if (of === undefined) return 'count'
  return `${kind.replace(/[-.]/, '_')}_${columns.find(({ name }) => name === of)?.alias ?? of}`
}

async function ask({ datastore }: Parts, manifest: Manifest, state: ChartState): Promise<{ data: ChartData; question: URLSearchParams }> {
  const question = questionOf(state, manifest)
  const asked = parseRecordsQuery(question)
  const limit = state.split ? MOST_COMBINATIONS : isOrdered(state.by, manifest) ? MOST_GROUPS : state.top
  const { records, page } = await datastore.page(manifest.dataset, { ...asked, limit })
  return { data: chartData(state, { records, page, manifest }), question }
}

async function chartPage(parts: Parts, name: string, parameters: URLSearchParams): Promise<Page | { redirect: string }> {
  const dataset = await parts.catalogue.dataset(name)
  const manifest = await parts.datastore.current(name, parameters.get('distribution') ?? undefined)
  const path = `/datasets/${name}/chart`
  const meant = translateChartForm(parameters, manifest)
  if (meant !== undefined) return { redirect: `${path}${meant}` }
  const state = readChart(parameters, manifest)
  const answered = await ask(parts, manifest, state).catch((error): { refused: Problem } => {
    if (error instanceof Problem && error.status === 400) return { refused: error }
    throw error
  })
  const shell = {
    title: `Chart: ${dataset.title}`,
    section: 'data' as const,
    trail: [
      { text: 'Data', href: '/datasets' },
      { text: dataset.title, href: `/datasets/${name}` },
    ],
  }
  const form = formView(state, manifest)
  if ('refused' in answered) {
    const { refused } = answered
    return {
      template: 'chart.njk',
      shell,
      view: { dataset, path, ...form, refused: refused.message },
      status: 400,
      data: { problem: refused.toBody(parts.base()) },
    }
  }
  const { data, question } = answered
  const svg = { wide: chartSvg(data, WIDE), narrow: chartSvg(data, NARROW) }
  return {
    template: 'chart.njk',
    shell: { ...shell, title: `${data.title}: ${dataset.title}` },
    view: {
      dataset,
      path,
      chart: data,
      svg,
      api: `/v1/datasets/${name}/records?${question}`,
      csv: `/v1/datasets/${name}/records.csv?${question}`,
      image: `${path}.svg${chartQuery(state)}`,
      address: `${parts.base()}${path}${chartQuery(state)}`,
      ...form,
    },
    data: {
      ...data,
      links: { svg: `${parts.base()}${path}.svg${chartQuery(state)}`, records: `${parts.base()}/v1/datasets/${name}/records?${question}` },
    },
  }
}

/** What the form offers, and what is chosen in it. */
function formView(state: ChartState, manifest: Manifest) {
  const [measure, of] = state.measure.split(/:(.*)/s)
  const nameOf = (alias: string) => manifest.columns.find((column) => column.alias === alias)?.name ?? alias
  const banded = state.by.replace(/:bin:[\d.]+$/, ':bands')
  return {
    groups: groupChoices(manifest).map((choice) => ({
      ...choice,
      value: choice.value === banded ? state.by : choice.value,
      selected: choice.value === banded,
    })),
    measures: measureWords.map((words) => ({ ...words, selected: words.value === measure })),
    numbers: manifest.columns
      .filter((column) => (isNumeric(column) && !isLabel(column)) || measure === 'count-distinct' || column.type === 'text')
      .map(({ alias, name, type }) => ({ value: alias, text: name, type, selected: alias === of })),
    splits: manifest.columns
      .filter(({ type }) => type === 'text' || type === 'boolean')
      .map(({ alias, name }) => ({ value: alias, text: name, selected: alias === state.split })),
    kinds: ['auto', ...chartKinds].map((kind) => ({ value: kind, text: kindWords[kind as 'auto'], selected: kind === state.kind })),
    tops: tops.map((top) => ({ value: top, text: `The largest ${top}`, selected: top === state.top })),
    kept: [
      ...state.conditions.map(({ column, op, value }) => ({ name: `${column}__${op}`, value })),
      ...(state.distribution ? [{ name: 'distribution', value: state.distribution }] : []),
    ],
    conditions: state.conditions.map((condition) => conditionText(condition, nameOf)),
    filterHref: `/datasets/${manifest.dataset}${stateQuery({ conditions: state.conditions, sort: '', columns: [], after: 0, ...(state.distribution && { distribution: state.distribution }) })}#data`,
  }
}

const kindWords = { auto: 'What suits it', bars: 'Bars', columns: 'Columns', line: 'Line' } as const
