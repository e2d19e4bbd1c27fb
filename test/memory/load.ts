// Publishes a generated file of the given size and exports it again, and prints the most memory that was resident at each step.
import { readFileSync, writeFileSync } from 'node:fs'
import { openSixteen } from '../../src/edge/compose.ts'
import { readConfig } from '../../src/foundation/kernel/index.ts'

const [data = '', megabytes = '100'] = process.argv.slice(2)
const LINE_BYTES = 164

const sixteen = await openSixteen(readConfig({}, { data, logLevel: 'silent', port: 0 }))
await sixteen.catalogue.createPublisher({ name: 'p', title: 'P' })
await sixteen.catalogue.createDataset({ name: 'd', title: 'D', publisher: 'p' })
const rows = Math.floor((Number(megabytes) * 1e6) / LINE_BYTES)
const peakMb: Record<string, number> = {}
/** Forgets the peak so far, so that each step shows its own. */
const reset = () => writeFileSync('/proc/self/clear_refs', '5')
const peak = () => Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1000)

async function* source() {
  yield Buffer.from(
    'Department family,Entity,Date,Expense type,Expense area,Supplier,Transaction number,Amount,Description,Postcode,Count,Ratio\r\n',
  )
  for (let row = 0; row < rows; ) {
    let block = ''
    for (const end = Math.min(rows, row + 2000); row < end; row += 1) block += line(row)
    yield Buffer.from(block)
  }
}

/** Invented, and different enough to compress as real spending does. */
function line(i: number): string {
  const n = (i * 2_654_435_761) % 4_294_967_296
  return `Department for Transport,Agency ${n % 9},${String(1 + (n % 28)).padStart(2, '0')}/0${1 + (n % 9)}/20${10 + (n % 10)},IT Services,"Area ${n % 100}, North",Supplier ${n % 20_011} Ltd,${100_000 + i},"${1 + (n % 999)},${String(n % 1000).padStart(3, '0')}.${String(n % 100).padStart(2, '0')}",Payment for services rendered ${n % 999_983},SW${n % 20}A ${n % 9}AA,${n % 1000},0.${String(n % 10_000).padStart(4, '0')}\r\n`
}

async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  reset()
  const done = await work()
  peakMb[name] = peak()
  return done
}

const published = await step('publish', () => sixteen.datastore.publish({ dataset: 'd', source: source(), filename: 'large.csv' }))
const exported: number[] = []
for (const format of ['csv', 'json'] as const)
  exported.push(
    await step(`export ${format}`, async () => {
      let count = 0
      for await (const batch of (await sixteen.datastore.stream('d', { sort: [] }, format)).batches) count += batch.length
      return count
    }),
  )
console.log(JSON.stringify({ rows: published.manifest.rows, exported, peakMb }))
await sixteen.close()
