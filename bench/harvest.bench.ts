/**
 * Does a harvest of 50,000 records from a CKAN-shaped source that fails, stalls, repeats pages and changes under way end complete, in little
 * memory, and how fast? Baseline in the same run: reading the same pages from the same source, well-behaved, without keeping anything.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { openCatalogue } from '../src/core/catalogue/index.ts'
import { openHarvest } from '../src/core/harvest/index.ts'
import { openStore } from '../src/foundation/engines/sqlite/index.ts'
import { Events, type SixteenEvents, systemClock } from '../src/foundation/kernel/index.ts'
import { packageOf, serveCkan } from '../test/support/ckan-source.ts'
import { saveResult } from './result.ts'

const RECORDS = 50_000

// As the server does.
setFlagsFromString('--semi-space-growth-factor=1')

if (process.argv[2] === 'source') await beSource()
else await measure()

/** The source, in a process of its own, so that its memory is not counted. */
async function beSource(): Promise<void> {
  const source = await serveCkan(RECORDS)
  source.onPage = (page) => {
    if (!source.manners.failEvery || page % 20 !== 0) return
    source.packages.delete(String(packageOf(page).id))
    source.packages.set(String(packageOf(RECORDS + page).id), packageOf(RECORDS + page))
  }
  process.on('message', (message) => {
    if (message === 'misbehave') source.manners = { failEvery: 6, stallEvery: 23, repeatEvery: 11 }
    if (message === 'ids') process.send?.([...source.packages.values()].map(({ id }) => id))
    if (message === 'end') process.exit(0)
  })
  process.send?.(source.url)
}

async function measure(): Promise<void> {
  const child = fork(import.meta.filename, ['source'])
  const [url] = (await once(child, 'message')) as [string]
  const began = performance.now()
  for (let start = 0; start < RECORDS; start += 500)
    await (await fetch(`${url}/api/3/action/package_search?rows=500&start=${start}&sort=id+asc`)).json()
  const plain = (performance.now() - began) / 1000

  const folder = await mkdtemp(join(tmpdir(), 'sixteen-harvest-'))
  const store = openStore(join(folder, 'store.sqlite'))
  const catalogue = openCatalogue({ store, clock: systemClock, events: new Events<SixteenEvents>() })
  const harvest = openHarvest({ store, catalogue, clock: systemClock, patience: { timeoutMs: 2_000, tries: 6, pauseMs: 50 } })
  child.send('misbehave')
  await harvest.putSource('there', { url, kind: 'ckan', perSecond: 100, pageSize: 500, allowPrivate: true, ignoreRobots: true })
  let peak = 0
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss)
  }, 50)
  const from = performance.now()
  const job = await harvest.ended((await harvest.start('there')).id)
  const seconds = (performance.now() - from) / 1000
  clearInterval(watch)
  child.send('ids')
  const [ids] = (await once(child, 'message')) as [string[]]
  let missing = 0
  for (const id of ids) if (!(await catalogue.nameOf(id))) missing += 1
  const again = performance.now()
  const second = await harvest.ended((await harvest.start('there', { whole: true })).id)
  const unchanged = (performance.now() - again) / 1000
  const { seen, created, retries, repeated, passes, requests, refused } = job.report
  saveResult('harvest', [
    `${job.state}: ${seen} records seen, ${created} made, ${refused} refused, ${repeated} told of twice, in ${passes} passes, ${requests} requests, ${retries} asked again`,
    `of ${ids.length} records that the source has at the end, ${missing} are missing here`,
    `${seconds.toFixed(1)} s, ${Math.round(created / seconds)} records a second; ${(seconds / plain).toFixed(1)} times the ${plain.toFixed(1)} s of reading the same pages and keeping nothing`,
    `at most ${Math.round(peak / 1e6)} MB of memory, the catalogue with its search included`,
    `read again, whole: ${unchanged.toFixed(1)} s, ${second.report.unchanged} unchanged, ${second.report.removed} taken away; ${(await catalogue.counts()).datasets} datasets then`,
  ])
  child.send('end')
  await harvest.close()
  await store.close()
  await rm(folder, { recursive: true, force: true })
}
