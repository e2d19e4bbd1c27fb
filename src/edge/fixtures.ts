import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Catalogue, DatasetInput, PublisherInput } from '../core/catalogue/index.ts'
import type { Datastore } from '../core/datastore/index.ts'
import type { Registers } from '../core/registers/index.ts'
import type { Nii, NiiDescription, Progress, ProgressRecord, StandardInput, Standards, Step } from '../core/steering/index.ts'
import { Problem } from '../foundation/kernel/index.ts'

interface FixtureDataset extends DatasetInput {
  name: string
  key: string[]
  /** Names of the files of its versions, oldest first. */
  files: string[]
}

interface Parts {
  catalogue: Catalogue
  datastore: Datastore
  progress: Progress
  nii: Nii
  standards: Standards
  registers: Registers
}

/** What is promised of an entry of the list, in the words of its owner. */
interface FixturePromise {
  id: string
  description: NiiDescription
  steps: Step[]
}

const folder = join(import.meta.dirname, '../../fixtures/government')

/** Loads the fixture government, telling `say` of each dataset. What is there already stays, so that a broken load can be run again. */
export async function loadFixtures(
  { catalogue, datastore, progress, nii, standards, registers }: Parts,
  say: (line: string) => void,
): Promise<void> {
  const { publishers, datasets } = (await readFixture('government.json')) as { publishers: PublisherInput[]; datasets: FixtureDataset[] }
  let shipped = 0
  await registers.ship(() => {
    shipped += 1
  })
  if (shipped > 0) say(`${shipped} registers of codes`)
  const known = new Set((await catalogue.publishers()).map((publisher) => publisher.name))
  for (const publisher of publishers) if (!known.has(publisher.name)) await catalogue.createPublisher(publisher)
  for (const dataset of datasets) await loadDataset(catalogue, datastore, dataset, say)
  const entries = (await readFixture('progress.json')) as ProgressRecord[]
  if ((await progress.entries()).length === 0) {
    await progress.record(entries)
    say(`${entries.length} entries of progress and plans`)
  }
  if ((await nii.entries()).length === 0) await loadList(nii, say)
  if ((await standards.standards()).length === 0) await loadStandards(standards, say)
}

async function loadStandards(standards: Standards, say: (line: string) => void): Promise<void> {
  const known = (await readFixture('standards.json')) as Array<{ id: string; standard: StandardInput; datasets: string[] }>
  for (const { id, standard, datasets } of known) {
    await standards.put(id, standard)
    for (const dataset of datasets) await standards.claim(id, dataset)
  }
  say(`${known.length} data standards`)
}

async function loadList(nii: Nii, say: (line: string) => void): Promise<void> {
  const report = await nii.importList(await readFile(join(folder, 'nii.csv')), 'The fixture list, after that of October 2013')
  const { promises, nominations } = (await readFixture('nii.json')) as {
    promises: FixturePromise[]
    nominations: Array<{ title: string; use: string }>
  }
  for (const { id, description, steps } of promises) {
    await nii.describe(id, description, 'operator')
    for (const step of steps) await nii.step(id, step, 'operator')
  }
  for (const nomination of nominations) await nii.nominate(nomination)
  say(`${report.entries} entries of the National Information Infrastructure, ${report.faults.length} faults in the list`)
}

async function readFixture(name: string): Promise<unknown> {
  return JSON.parse(await readFile(join(folder, name), 'utf8'))
}

async function loadDataset(
  catalogue: Catalogue,
  datastore: Datastore,
  { key, files, ...input }: FixtureDataset,
  say: (line: string) => void,
): Promise<void> {
  await unless('dataset-not-found', catalogue.dataset(input.name), () => catalogue.createDataset(input))
  const there = await unless('dataset-has-no-data', datastore.versions(input.name), async () => [])
  for (const filename of files.slice(there.length)) {
    const { manifest } = await datastore.publish({
      dataset: input.name,
      source: createReadStream(join(folder, 'files', filename)),
      filename,
      key,
    })
    say(`${input.name} ${manifest.version}: ${manifest.rows.toLocaleString('en-GB')} rows`)
  }
}

/** What was asked for, or what `otherwise` makes when it is refused with this code. */
async function unless<T>(code: Problem['code'], asked: Promise<T>, otherwise: () => Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof Problem && error.code === code) return otherwise()
    throw error
  }
}
