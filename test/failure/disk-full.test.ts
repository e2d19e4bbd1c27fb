import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

/** Publishes a small file, then one larger than the limit the shell set on file sizes, then reads the small one. */
const script = `
import { openSixteen } from '${new URL('../../src/edge/compose.ts', import.meta.url)}'
import { readConfig } from '${new URL('../../src/foundation/kernel/index.ts', import.meta.url)}'
process.on('SIGXFSZ', () => {})
const sixteen = await openSixteen(readConfig({}, { data: process.argv[1], logLevel: 'silent', port: 0 }))
await sixteen.catalogue.createPublisher({ name: 'p', title: 'P' })
await sixteen.catalogue.createDataset({ name: 'd', title: 'D', publisher: 'p' })
async function* rows(n) { yield Buffer.from('a,b\\n'); for (let i = 0; i < n; i += 1000) yield Buffer.from(Array.from({ length: 1000 }, (_, j) => (i + j) + ',' + Math.random()).join('\\n') + '\\n') }
await sixteen.datastore.publish({ dataset: 'd', source: rows(1000), filename: 'small.csv' })
const code = await sixteen.datastore.publish({ dataset: 'd', source: rows(1000000), filename: 'large.csv' }).then(() => 'published', (error) => error.code + ' ' + (error.message ?? ''))
const { manifest } = await sixteen.datastore.page('d', { sort: [] })
console.log(JSON.stringify({ code, version: manifest.version, rows: manifest.rows }))
await sixteen.close()
`

test('a full disk is told as such and loses nothing', async (t) => {
  if (process.platform === 'win32') return t.skip('file size limits are set with ulimit')
  const data = await mkdtemp(join(tmpdir(), 'sixteen-full-'))
  t.after(() => rm(data, { recursive: true, force: true }))
  const limitBlocks = 8_000 // of 1,024 bytes: 8 MB
  const done = spawnSync(
    'bash',
    ['-c', `ulimit -f ${limitBlocks}; exec "$0" --input-type=module -e "$1" "$2"`, process.execPath, script, data],
    { encoding: 'utf8' },
  )
  const answer = JSON.parse(done.stdout.trim().split('\n').at(-1) || `{"stderr":${JSON.stringify(done.stderr.slice(0, 500))}}`)
  assert.match(answer.code ?? JSON.stringify(answer), /EFBIG|storage-full/)
  assert.deepEqual({ version: answer.version, rows: answer.rows }, { version: '1.0.0', rows: 1000 })
})
