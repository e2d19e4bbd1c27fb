import { Problem, slugify } from '../../foundation/kernel/index.ts'
import type { Drafts } from './drafts.ts'
import type { Published, PublishedTable, PublishInput } from './publish.ts'

/** Takes all sheets of a workbook, or files of an archive, as tables of the dataset. */
export const ALL_TABLES = 'all'

interface Steps {
  drafts: Drafts
  /** The names of the tables that the file holds. */
  list: (input: PublishInput) => Promise<readonly string[]>
  publish: (input: PublishInput) => Promise<Published>
}

/**
 * Publishes each table of a file under its own name. A sheet without rows, such as a cover, is told and passed over; the answer is the
 * first table's, with all beside it.
 *
 * @throws {Problem} that of the first table when none could be published.
 */
export async function publishTables(steps: Steps, input: PublishInput): Promise<Published> {
  const draft = await steps.drafts.receive(input.source, input.filename)
  try {
    const { sheet: _, ...overrides } = input.overrides ?? {}
    const again = (): PublishInput => ({ ...input, source: steps.drafts.read(draft.id), totalBytes: draft.bytes, overrides })
    const names = await steps.list(again())
    if (names.length < 2) return await steps.publish(again())
    const tables: PublishedTable[] = []
    let first: Published | undefined
    let refused: Problem | undefined
    for (const [i, name] of names.entries()) {
      const distribution = slugify(name.replace(/\.[A-Za-z0-9]{1,8}$/, ''), 60) || `table-${i + 1}`
      try {
        const published = await steps.publish({ ...again(), distribution, overrides: { ...overrides, sheet: name } })
        first ??= published
        tables.push({ table: name, distribution, version: published.manifest.version, rows: published.manifest.rows })
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        refused ??= error
        tables.push({ table: name, distribution, problem: `${error.code}: ${error.message}` })
      }
    }
    if (!first) throw refused ?? new Problem('file-empty', { detail: 'The file holds no table.' })
    return { ...first, tables }
  } finally {
    await steps.drafts.remove(draft.id)
  }
}
