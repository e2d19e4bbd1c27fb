/**
 * Two hundred clients ask a server mixed questions while the table is published again and again:
 *
 *   npm run verify:load
 *
 * Ten minutes with a publication a minute; VERIFY_SIZE=small takes under a minute. Every answer is checked row by row. Ends with 1 at a wrong row, an
 * error other than a declared overload, or memory that grows; then says what one slow question does to cheap ones.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { startProcess } from '../bench/price-paid.ts'
import { openSixteen } from '../src/edge/compose.ts'
import { readConfig } from '../src/foundation/kernel/index.ts'

const small = process.env.VERIFY_SIZE === 'small'
const CLIENTS = 200
const ROWS = small ? 50_000 : 1_000_000
const LOAD_MS = small ? 30_000 : 600_000
const PUBLISH_EVERY_MS = small ? 8_000 : 60_000
const FAIR_MS = small ? 4_000 : 20_000
const GROUPS = 97

/** A table in which every cell follows from the row's number and the edition, so that any answer can be checked by itself. */
function* table(edition: number): Generator<Buffer> {
  let text = 'id,edition,grp,price,note\n'
  for (let id = 1; id <= ROWS; id += 1) {
    text += `${id},${edition},${id % GROUPS},${id * 7 + edition},note ${id} of ${edition}\n`
    if (text.length < 1 << 16) continue
    yield Buffer.from(text)
    text = ''
  }
  yield Buffer.from(text)
}

interface Row {
  id: number
  edition: number
  grp: number
  price: number
}

const faults: string[] = []
const seen = { answers: 0, overloads: 0, walks: 0, publications: 1 }
const fault = (what: string) => {
  if (faults.length < 20) faults.push(what)
}

function checkRows(rows: readonly Row[], what: string): void {
  const editions = new Set(rows.map(({ edition }) => edition))
  if (editions.size > 1) fault(`${what}: editions ${[...editions].join()} in one answer`)
  const wrong = rows.find(({ id, edition, grp, price }) => grp !== id % GROUPS || price !== id * 7 + edition)
  if (wrong) fault(`${what}: ${JSON.stringify(wrong)}`)
}

/** The answer to a question; undefined when the server says that it has too much to do, which it may. */
async function ask(address: string, path: string): Promise<Response | undefined> {
  const answer = await fetch(`${address}/v1/datasets/d/${path}`)
  if (answer.status === 200) {
    seen.answers += 1
    return answer
  }
  const body = await answer.text()
  if (answer.status === 503 && answer.headers.has('retry-after')) seen.overloads += 1
  else fault(`${path}: ${answer.status} ${body.slice(0, 200)}`)
  await setTimeout(200)
  return undefined
}

const page = async (answer: Response) => (await answer.json()) as { records: Row[]; page: { total: number; next: string | null } }
const any = (most: number) => 1 + Math.floor(Math.random() * most)

const questions: Array<(address: string) => Promise<void>> = [
  async (address) => {
    const id = any(ROWS)
    const answer = await ask(address, `records?id__exact=${id}`)
    if (!answer) return
    const { records } = await page(answer)
    checkRows(records, 'look-up')
    if (records.length !== 1 || records[0]?.id !== id) fault(`look-up of ${id}: ${JSON.stringify(records).slice(0, 200)}`)
  },
  async (address) => {
    const from = any(ROWS - 200)
    const answer = await ask(address, `records?_row__gt=${from}&limit=50`)
    if (!answer) return
    const { records } = await page(answer)
    checkRows(records, 'page')
    if (records.length !== 50 || records.some(({ id }, i) => id !== from + 1 + i)) fault(`page after ${from}`)
  },
  async (address) => {
    const group = any(GROUPS) - 1
    const answer = await ask(address, `records?group=edition&measures=count,sum:price&grp__exact=${group}`)
    if (!answer) return
    const [found, ...more] = (await page(answer)).records as unknown as Array<{ edition: number; count: number; sum_price: number }>
    const count = Math.floor((ROWS - group) / GROUPS) + (group ? 1 : 0)
    const ids = group ? count * group + (GROUPS * count * (count - 1)) / 2 : (GROUPS * count * (count + 1)) / 2
    if (more.length || found?.count !== count || found.sum_price !== ids * 7 + count * found.edition)
      fault(`group ${group}: ${JSON.stringify(found)}, not ${count} rows`)
  },
  async (address) => {
    const from = any(ROWS - 2000)
    const answer = await ask(address, `records.csv?id__gt=${from}&id__lte=${from + 1000}`)
    if (!answer) return
    const rows = (await answer.text()).trimEnd().split('\r\n').slice(1)
    checkRows(
      rows.map((line) => {
        const [id = 0, edition = 0, grp = 0, price = 0] = line.split(',').map(Number)
        return { id, edition, grp, price }
      }),
      'file',
    )
    if (rows.length !== 1000) fault(`file of ${rows.length} rows, not 1,000`)
  },
]

async function client(address: string, until: number): Promise<void> {
  while (Date.now() < until)
    await (questions[any(questions.length) - 1] as (typeof questions)[number])(address).catch((error) => fault(String(error)))
}

/** All pages, one after another, across publications: every row once, all of one edition. */
async function walker(address: string, until: number): Promise<void> {
  while (Date.now() < until) {
    let cursor: string | null = ''
    const ids = new Uint8Array(ROWS + 1)
    let rows = 0
    let edition: number | undefined
    while (cursor !== null && Date.now() < until) {
      const answer = await ask(address, `records?sort=price&limit=10000${cursor && `&cursor=${cursor}`}`).catch(
        (error) => void fault(String(error)),
      )
      if (!answer) continue
      const { records, page: at } = await page(answer)
      checkRows(records, 'walk')
      edition ??= records[0]?.edition
      for (const row of records) {
        if (ids[row.id] || row.edition !== edition) fault(`walk: row ${row.id} of edition ${row.edition} twice or of another edition`)
        ids[row.id] = 1
        rows += 1
      }
      cursor = at.next
    }
    if (cursor === null && rows !== ROWS) fault(`walk of ${rows} rows, not ${ROWS}`)
    if (cursor === null) seen.walks += 1
  }
}

async function publisher(address: string, secret: string, until: number): Promise<void> {
  for (;;) {
    await setTimeout(PUBLISH_EVERY_MS)
    if (Date.now() > until) return
    const edition = seen.publications + 1
    const answer = await fetch(`${address}/v1/datasets/d/versions?filename=d.csv&key=id`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'text/csv' },
      body: Readable.toWeb(Readable.from(table(edition))) as ReadableStream,
      duplex: 'half',
    } as RequestInit)
    if (answer.status >= 300) fault(`publication: ${answer.status} ${(await answer.text()).slice(0, 200)}`)
    else seen.publications += 1
  }
}

async function memoryMb(pid: number): Promise<number> {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024)
}

/** p95 in milliseconds of look-ups by eight clients. */
async function cheap(address: string): Promise<number> {
  const times: number[] = []
  const until = Date.now() + FAIR_MS
  const one = async () => {
    while (Date.now() < until) {
      const began = performance.now()
      await questions[0]?.(address)
      times.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: 8 }, one))
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? Number.NaN
}

async function fairness(address: string): Promise<void> {
  const alone = await cheap(address)
  const stop = new AbortController()
  let slow = 0
  const question = `${address}/v1/datasets/d/records?group=note&measures=count-distinct:price,count-distinct:id&sort=-note&limit=1`
  const slowly = (async () => {
    while (!stop.signal.aborted) {
      await fetch(`${question}&id__gt=${(slow += 1)}`, { signal: stop.signal }).then(
        (answer) => answer.arrayBuffer(),
        () => undefined,
      )
    }
  })()
  const beside = await cheap(address)
  stop.abort()
  await slowly
  console.log(
    `p95 of look-ups ${alone.toFixed(1)} ms alone, ${beside.toFixed(1)} ms beside one slow question after another (${slow} asked): ${(beside / alone).toFixed(2)} times (target 2)`,
  )
}

const folder = await mkdtemp(join(tmpdir(), 'sixteen-load-'))
try {
  const sixteen = await openSixteen(readConfig({}, { data: folder, logLevel: 'silent', port: 0, profiles: 'none' }))
  await sixteen.catalogue.createPublisher({ name: 'p', title: 'P' })
  await sixteen.catalogue.createDataset({ name: 'd', title: 'D', publisher: 'p' })
  await sixteen.datastore.publish({ dataset: 'd', source: Readable.from(table(1)), filename: 'd.csv', key: ['id'] })
  await sixteen.close()
  // All clients come from one address here: what one address may ask is not the question.
  const server = await startProcess(['bin/sixteen.js', 'serve', '--data', folder, '--port', '0'], {
    SIXTEEN_ACTOR_AT_ONCE: '0',
    SIXTEEN_ROWS_MIN_ROWS: '1000',
    SIXTEEN_ACTOR_PER_SECOND: '0',
  })
  const { secret } = JSON.parse(await readFile(join(folder, 'server.json'), 'utf8')) as { secret: string }
  const until = Date.now() + LOAD_MS
  const memory: number[] = []
  const watch = setInterval(() => void memoryMb(server.pid).then((mb) => memory.push(mb)), LOAD_MS / 30)
  await Promise.all([
    ...Array.from({ length: CLIENTS - 1 }, () => client(server.address, until)),
    walker(server.address, until),
    publisher(server.address, secret, until),
  ])
  clearInterval(watch)
  const [middle, last] = [memory.slice(10, 20), memory.slice(20)].map((part) => Math.max(...part)) as [number, number]
  if (last > middle * 1.3) fault(`memory grew from ${middle} MB in the middle third to ${last} MB in the last`)
  console.log(
    `${CLIENTS} clients, ${LOAD_MS / 1000} s, ${ROWS.toLocaleString('en-GB')} rows: ${seen.answers.toLocaleString('en-GB')} answers checked, ${seen.walks} whole walks, ${seen.publications} publications, ${seen.overloads} declared overloads; memory at most ${middle} MB in the middle third, ${last} MB in the last`,
  )
  await fairness(server.address)
  await server.stop()
} finally {
  await rm(folder, { recursive: true, force: true })
}
for (const each of faults) console.error(each)
console.log(faults.length ? `${faults.length} faults.` : 'No wrong row, no other error.')
process.exit(faults.length ? 1 : 0)
