/**
 * How long does a search with facets take in a catalogue of 100,000 datasets?
 *
 * Baseline in the same run: the same question put to the same full-text index without facets, order or descriptions.
 * Nothing is answered from the cache of questions, except in the last line.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Catalogue, openCatalogue, type SearchRequest } from '../src/core/catalogue/index.ts'
import { openStore, type Store } from '../src/foundation/engines/sqlite/index.ts'
import { Events, fixedClock, type SixteenEvents } from '../src/foundation/kernel/index.ts'

const DATASETS = Number(process.env.DATASETS ?? 100_000)
const QUESTIONS = 60

const random = seeded(1616)
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T

/** A number in 0..1, the same series in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const topics =
  'spending schools transport health crime housing energy water flood planning business tax benefits migration defence justice road rail bus air quality waste recycling forest farm food hospital waiting prescription pupil teacher university apprenticeship police court prison tribunal grant contract supplier invoice budget council election population census house price company charity aid project travel licence driver vehicle accident casualty bridge park library museum sport broadband mobile ship port fishing'.split(
    ' ',
  )
const syllables = 'ba co di fe gu ha je ki lo mu ne po ra se ti vo wa ston ham ford bury field ley wick by thorpe'.split(' ')
const places = Array.from({ length: 20_000 }, () => Array.from({ length: 2 + Math.floor(random() * 3) }, () => pick(syllables)).join(''))
/** Words as unevenly used as in language: the tenth is ten times as frequent as the hundredth. */
const word = () => places[Math.floor(Math.exp(random() * Math.log(places.length)))] as string
const words = (count: number) => Array.from({ length: count }, word).join(' ')

const publisherNames = Array.from({ length: 300 }, (_, index) => `publisher-${index + 1}`)
const themeNames =
  'business-and-economy crime-and-justice defence education environment government government-spending health mapping society towns-and-cities transport'.split(
    ' ',
  )
const licenceNames = ['ogl-uk-3.0', 'ogl-uk-3.0', 'ogl-uk-3.0', 'cc-by-4.0', 'not-stated'] as const
const files = ['a.csv', 'a.csv', 'a.csv', 'a.json', 'a.xlsx', 'a.ods', 'a.ndjson'] as const

async function fill(store: Store, catalogue: Catalogue): Promise<void> {
  for (const [index, name] of publisherNames.entries()) await catalogue.createPublisher({ name, title: `Department for ${places[index]}` })
  for (let index = 0; index < DATASETS; index += 1) await addDataset(store, catalogue, index)
}

async function addDataset(store: Store, catalogue: Catalogue, index: number): Promise<void> {
  const title = `${pick(topics)} ${pick(['data', 'statistics', 'statistics', 'survey', 'register', 'returns', 'spending', 'figures'])} ${words(2)} ${2000 + Math.floor(random() * 26)}`
  const description = `${random() < 0.5 ? 'Open data' : 'Figures'} on ${pick(topics)} and ${pick(topics)} in ${words(20 + Math.floor(random() * 40))}`
  const name = `dataset-${index}`
  const publisher = publisherNames[Math.floor(random() ** 3 * publisherNames.length)] as string
  const theme = [pick(themeNames), ...(random() < 0.3 ? [pick(themeNames)] : [])]
  await catalogue.createDataset({
    name,
    title,
    description,
    publisher,
    theme: [...new Set(theme)],
    keyword: [pick(topics), word()],
    licence: pick(licenceNames),
  })
  if (random() < 0.8) {
    const modified = new Date(Date.UTC(2015, 0, 1) + Math.floor(random() * 4000) * 86_400_000).toISOString()
    const table = {
      name: 'data',
      version: '1.0.0',
      versionId: name,
      rows: 100,
      columns: 4,
      rejectedCells: 0,
      sourceName: pick(files),
      sourceMediaType: '',
      sourceBytes: 1000,
      modified,
    }
    await store
      .as<unknown>()
      .transaction()
      .execute((on) => catalogue.recordDistribution(on, name, table, [word(), word(), 'postcode', 'amount']))
  }
}

const somePublishers = () => Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(publisherNames.slice(0, 40)))

const kinds: Record<string, () => SearchRequest> = {
  'one rare word': () => ({ q: places[2000 + Math.floor(random() * 15_000)] as string }),
  'one topic': () => ({ q: pick(topics) }),
  'two words': () => ({ q: `${pick(topics)} ${places[50 + Math.floor(random() * 500)]}` }),
  'a phrase': () => ({ q: `"open data" ${pick(topics)}` }),
  'two or three letters': () => ({ q: pick(places).slice(0, 2 + Math.floor(random() * 2)) }),
  'a word in half of all': () => ({ q: pick(['data', 'open data', 'figures', 'open', `${places[2]} data`]) }),
  'the same, with facets chosen': () => ({
    q: pick(['data', 'open data', 'figures', 'statistics']),
    publisher: somePublishers(),
    theme: [pick(themeNames)],
  }),
  'no words, facets chosen': () => ({ publisher: somePublishers(), theme: [pick(themeNames)] }),
  'no words, by title': () => ({ sort: 'title', format: ['csv'] }),
  'topic by date, CSV only': () => ({ q: pick(topics), sort: 'modified', format: ['csv'] }),
}

const percentile = (times: number[], share: number): number =>
  times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))] as number

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

async function measure(catalogue: Catalogue, requests: SearchRequest[]) {
  const times: number[] = []
  let total = 0
  for (const request of requests) times.push(await timed(async () => (total += (await catalogue.search(request)).total)))
  return { times, found: Math.round(total / requests.length) }
}

/** The index alone: the first twenty that match, in whatever order they come. */
async function bare(store: Store, requests: SearchRequest[]): Promise<number[]> {
  const statement = store.raw.prepare('select rowid from dataset_words where dataset_words match ? limit 20')
  const times: number[] = []
  for (const { q } of requests)
    if (q)
      times.push(
        await timed(() =>
          statement.all(
            q.startsWith('"')
              ? q
              : q
                  .split(' ')
                  .map((part) => `"${part}"`)
                  .join(' '),
          ),
        ),
      )
  return times
}

const folder = await mkdtemp(join(tmpdir(), 'sixteen-bench-'))
const store = openStore(join(folder, 'store.sqlite'))
store.raw.exec('pragma synchronous = off') // the filling is not what is measured
const options = { store, clock: fixedClock('2026-11-23T09:00:00.000Z'), events: new Events<SixteenEvents>() }
const catalogue = openCatalogue({ ...options, searchCacheBytes: 0 })
const filling = await timed(() => fill(store, catalogue))
const first = await timed(() => catalogue.search({ q: 'data' }))

const row = (cells: Array<string | number>) => console.log(`| ${cells.join(' | ')} |`)
const ms = (value: number) => value.toFixed(2)
console.log(
  `${DATASETS.toLocaleString('en-GB')} datasets of ${publisherNames.length} publishers, filled at ${Math.round(DATASETS / (filling / 1000)).toLocaleString('en-GB')} a second; first question after the start ${Math.round(first)} ms.\n`,
)
row(['question', 'found, mean', 'p50 ms', 'p95 ms', 'worst ms', 'times the bare index, p50'])
row(['---', '--:', '--:', '--:', '--:', '--:'])
const all: number[] = []
for (const [kind, make] of Object.entries(kinds)) {
  const requests = Array.from({ length: QUESTIONS }, make)
  const base = percentile(await bare(store, requests), 0.5)
  const { times, found } = await measure(catalogue, requests)
  all.push(...times)
  row([
    kind,
    found.toLocaleString('en-GB'),
    ms(percentile(times, 0.5)),
    ms(percentile(times, 0.95)),
    ms(Math.max(...times)),
    base ? (percentile(times, 0.5) / base).toFixed(1) : '–',
  ])
}
row(['all of these, nothing kept', '', ms(percentile(all, 0.5)), ms(percentile(all, 0.95)), ms(Math.max(...all)), ''])
const kept = openCatalogue(options)
await kept.search({ q: 'data' })
// As a server runs: what the latest questions matched is kept, and words come again as often as people use them.
const mixed = Array.from({ length: QUESTIONS }, () => Object.values(kinds).map((make) => make())).flat()
const served = (await measure(kept, mixed)).times
row(['all of these by turns, kept', '', ms(percentile(served, 0.5)), ms(percentile(served, 0.95)), ms(Math.max(...served)), ''])
// The same while datasets change: every tenth question comes after a write.
const changing = Array.from({ length: QUESTIONS }, () => Object.values(kinds).map((make) => make())).flat()
const between: number[] = []
for (const [index, request] of changing.entries()) {
  if (index % 10 === 0) {
    const { name, publisher } = await kept.dataset(`dataset-${index}`)
    await kept.updateDataset(name, { title: `${pick(topics)} data ${words(2)}`, publisher, description: words(30) })
  }
  between.push(await timed(() => kept.search(request)))
}
row(['the same while datasets change, kept', '', ms(percentile(between, 0.5)), ms(percentile(between, 0.95)), ms(Math.max(...between)), ''])
const { times } = await measure(
  kept,
  Array.from({ length: QUESTIONS }, () => ({ q: 'data', publisher: somePublishers() })),
)
row(['`data` again and again, kept', '', ms(percentile(times, 0.5)), ms(percentile(times, 0.95)), ms(Math.max(...times)), ''])
await store.close()
await rm(folder, { recursive: true })
