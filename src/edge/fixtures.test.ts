import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { datasets } from '../../fixtures/make/datasets.ts'
import { departments } from '../../fixtures/make/departments.ts'
import { niiList, niiPromises } from '../../fixtures/make/nii.ts'
import { progress as entries } from '../../fixtures/make/progress.ts'
import { standards } from '../../fixtures/make/standards.ts'
import { configure, openSixteen } from './compose.ts'
import { loadFixtures } from './fixtures.ts'

const government = join(import.meta.dirname, '../../fixtures/government')

/** What is inside: compressors of other versions pack the same text in other bytes. */
const inside = (name: string, bytes: Buffer) => (name.endsWith('.gz') ? gunzipSync(bytes) : bytes)

test('the script makes the fixture government that is kept, byte for byte', async () => {
  for (const { name, bytes } of datasets.flatMap((dataset) => dataset.files))
    assert.ok(inside(name, await readFile(join(government, 'files', name))).equals(inside(name, bytes())), `${name}: run npm run fixtures`)
  const described = datasets.map((dataset) => ({ ...dataset, files: dataset.files.map((file) => file.name) }))
  const kept = async (name: string) => JSON.parse(await readFile(join(government, name), 'utf8'))
  assert.deepEqual(await kept('government.json'), JSON.parse(JSON.stringify({ publishers: departments, datasets: described })))
  assert.deepEqual(await kept('progress.json'), JSON.parse(JSON.stringify(entries)))
  assert.deepEqual(await kept('nii.json'), JSON.parse(JSON.stringify(niiPromises)))
  assert.deepEqual(await kept('standards.json'), JSON.parse(JSON.stringify(standards)))
  assert.equal(await readFile(join(government, 'nii.csv'), 'utf8'), niiList)
})

test('every dataset says that it is invented, or that its names are real', () => {
  for (const { name, description } of datasets)
    assert.match(description ?? '', /Invented data: |names and codes are those of real bodies/, name)
})

test('loading fills an empty folder with 17 departments, every version, all progress and the list, and loading again changes nothing', async () => {
  const data = await mkdtemp(join(tmpdir(), 'sixteen-fixtures-'))
  const sixteen = await openSixteen(configure({ data, logLevel: 'silent', profiles: 'none' }))
  try {
    const lines: string[] = []
    await loadFixtures(sixteen, (line) => lines.push(line))
    assert.equal(lines.length, datasets.flatMap((dataset) => dataset.files).length + 4)
    const counts = await sixteen.catalogue.counts()
    assert.deepEqual([counts.publishers, counts.datasets], [17, datasets.length])
    assert.equal((await sixteen.datastore.versions('cabinet-office-spend-over-25000')).length, 2)
    assert.equal((await sixteen.progress.entries()).length, entries.length)
    await loadFixtures(sixteen, (line) => lines.push(line))
    assert.equal(lines.length, datasets.flatMap((dataset) => dataset.files).length + 4)
    assert.deepEqual(await sixteen.catalogue.counts(), counts)
  } finally {
    await sixteen.close()
    await rm(data, { recursive: true, force: true })
  }
})
