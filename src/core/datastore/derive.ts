import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256Hex } from '../../foundation/kernel/index.ts'
import type { Column, Manifest } from './model.ts'
import { announce, commit, DEFAULT_DISTRIBUTION, type Parts, type Published } from './publish.ts'
import { compileUnion, type UnionColumn, type UnionMember } from './query/union.ts'
import { versionPlace } from './versions/place.ts'
import { writeTable } from './write-table.ts'

/** A version whose rows go into a derived table. */
export interface DerivedMember {
  manifest: Manifest
  /** For each column of the whole, by alias: an alias of the member, a constant, or the place of the row in the member's source. */
  from: Readonly<Record<string, string | { constant: string } | 'row'>>
}

export interface DerivedColumn extends UnionColumn {
  name: string
  /** Where its values come from, in words. */
  reason: string
}

/** A table made from versions of other tables: their rows one after another, under common columns. */
export interface Derivation {
  dataset: string
  columns: readonly DerivedColumn[]
  members: readonly DerivedMember[]
}

/**
 * Makes the table of a derivation the current version of its dataset. The list of the versions that it was made from is its source, so
 * a derivation from the same versions under the same rules makes no new one.
 *
 * @throws {Problem} dataset-not-found.
 */
export async function derive(parts: Parts, { dataset, columns, members }: Derivation): Promise<Published> {
  const began = parts.clock.now().getTime()
  const { publisher } = await parts.catalogue.dataset(dataset)
  const source = JSON.stringify({ columns, members: members.map(lineage) })
  const sha256 = sha256Hex(source)
  const current = (await parts.store.current(dataset))[0]
  if (current?.source.sha256 === sha256) return { manifest: current, unchanged: true }
  const folder = await parts.objects.workFolder()
  try {
    const received = { path: join(folder, 'source.json'), filename: 'source.json', bytes: Buffer.byteLength(source), sha256 }
    await writeFile(received.path, source)
    const written = await writeDerived(parts, columns, members, folder)
    const manifest = await commit(parts, { dataset, distribution: DEFAULT_DISTRIBUTION }, received, { ...written, ...ORIGIN }, folder)
    announce(parts, publisher, manifest, began)
    return { manifest, unchanged: false }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const ORIGIN = {
  key: [],
  sorted: false,
  rejectedCells: 0,
  setAside: [],
  tables: [],
  source: { container: 'derived', encoding: 'utf-8' },
  decisions: [{ what: 'origin', value: 'derived', reason: 'made from versions of other tables, which its source lists', confidence: 1 }],
}

const lineage = ({ manifest, from }: DerivedMember) => ({
  dataset: manifest.dataset,
  distribution: manifest.distribution,
  version: manifest.version,
  id: manifest.id,
  sha256: manifest.source.sha256,
  from,
})

function writeDerived(parts: Parts, columns: readonly DerivedColumn[], members: readonly DerivedMember[], folder: string) {
  const scale = Math.max(2, ...members.flatMap(({ manifest }) => manifest.columns.map((column) => column.reading.scale ?? 0)))
  const typed = columns.map((column) => (column.type === 'number' ? { ...column, scale: column.scale ?? scale } : column))
  const drafts = typed.map(
    ({ name, alias, type, scale: places, reason }, position): Omit<Column, 'profile'> => ({
      name,
      alias,
      position,
      type,
      reading: type === 'number' && places !== undefined ? { scale: places } : {},
      rejected: 0,
      reason,
    }),
  )
  const rows = compileUnion(
    typed,
    members.map((member) => unionMember(parts, member)),
  )
  return writeTable(parts.columns.patient, rows, drafts, folder)
}

function unionMember(parts: Parts, { manifest, from }: DerivedMember): UnionMember {
  const column = (alias: string) => manifest.columns.find((each) => each.alias === alias)
  return {
    file: {
      path: parts.objects.path(`${versionPlace(manifest.dataset, manifest.distribution, manifest.id)}/data.parquet`),
      sorted: manifest.sorted,
    },
    from: Object.fromEntries(
      Object.entries(from).flatMap(([alias, origin]) => {
        const found = typeof origin === 'string' && origin !== 'row' ? column(origin) : (origin as 'row' | { constant: string })
        return found ? [[alias, found]] : []
      }),
    ),
  }
}
