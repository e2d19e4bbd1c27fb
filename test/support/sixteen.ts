import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { openSixteen, type Sixteen } from '../../src/edge/compose.ts'
import { type ConfigOverrides, readConfig } from '../../src/foundation/kernel/index.ts'

/** A Sixteen over a new folder, closed and deleted after the test, with one publisher in it and no profiles unless asked for. */
export async function newSixteen(
  t: TestContext,
  overrides: ConfigOverrides = {},
  options: Parameters<typeof openSixteen>[1] = {},
): Promise<Sixteen> {
  const data = await mkdtemp(join(tmpdir(), 'sixteen-test-'))
  const sixteen = await openSixteen(readConfig({}, { logLevel: 'silent', port: 0, profiles: 'none', ...overrides, data }), options)
  t.after(async () => {
    await sixteen.close()
    await rm(data, { recursive: true, force: true })
  })
  await sixteen.catalogue.createPublisher({ name: 'cabinet-office', title: 'Cabinet Office' })
  return sixteen
}

export async function* bytesOf(content: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield typeof content === 'string' ? Buffer.from(content) : content
}

/** Publishes a text or bytes to a dataset, made when it is not there. */
export async function publishText(
  sixteen: Sixteen,
  dataset: string,
  content: string | Uint8Array,
  options: { filename?: string; key?: string[]; overrides?: object } = {},
) {
  await sixteen.catalogue
    .dataset(dataset)
    .catch(() => sixteen.catalogue.createDataset({ name: dataset, title: dataset, publisher: 'cabinet-office' }))
  return sixteen.datastore.publish({
    dataset,
    source: bytesOf(content),
    filename: options.filename ?? 'data.csv',
    ...(options.key && { key: options.key }),
    ...(options.overrides && { overrides: options.overrides }),
  })
}
