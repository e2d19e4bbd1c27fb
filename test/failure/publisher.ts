// Publishes one file after another and says so on standard output after each acknowledgement, until it is killed.
import { openSixteen } from '../../src/edge/compose.ts'
import { readConfig } from '../../src/foundation/kernel/index.ts'

const sixteen = await openSixteen(readConfig({}, { data: process.argv[2] ?? '', logLevel: 'silent', port: 0 }))
if (!(await sixteen.catalogue.publishers()).length) await sixteen.catalogue.createPublisher({ name: 'p', title: 'P' })
await sixteen.catalogue.dataset('d').catch(() => sixteen.catalogue.createDataset({ name: 'd', title: 'D', publisher: 'p' }))
await sixteen.listen()
process.stdout.write('ready\n')

for (let n = Number(process.argv[3]); ; n += 1) {
  const rows = 200 + (n % 7) * 50
  async function* source() {
    yield Buffer.from(`batch,row\n${Array.from({ length: rows }, (_, i) => `${n},${i}`).join('\n')}\n`)
  }
  const { manifest } = await sixteen.datastore.publish({ dataset: 'd', source: source(), filename: `${n}.csv` })
  process.stdout.write(`ack ${n} ${manifest.version} ${rows}\n`)
}
