import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Value } from 'typebox/value'
import { canonicalJson, type Item } from './log/canonical.ts'
import { FieldDefinition, type NewRegister } from './model.ts'

const folder = join(import.meta.dirname, 'shipped')

export interface ShippedRegister {
  definition: NewRegister
  /** The time of its facts, RFC 3339. */
  timestamp: string
  /** Changes when the facts or the definition do. */
  fingerprint: string
  items(): Item[]
}

interface Listed extends Omit<NewRegister, 'fields'> {
  timestamp: string
  fields: object[]
}

/** The registers that come with Sixteen. Their facts are read when asked for. */
export function shippedRegisters(): ShippedRegister[] {
  const listed = JSON.parse(readFileSync(join(folder, 'registers.json'), 'utf8')) as Listed[]
  return listed.map(({ timestamp, ...rest }) => {
    const definition: NewRegister = {
      ...rest,
      fields: rest.fields.map((field) => Value.Default(FieldDefinition, field) as FieldDefinition),
    }
    const tsv = readFileSync(join(folder, `${definition.register}.tsv`), 'utf8')
    return {
      definition,
      timestamp,
      fingerprint: createHash('sha256')
        .update(canonicalJson(JSON.parse(JSON.stringify(rest))))
        .update(tsv)
        .digest('hex')
        .slice(0, 16),
      items: () => readItems(tsv, definition),
    }
  })
}

/** The name of a government organisation by the last part of its GOV.UK address, such as `cabinet-office`. */
export function organisationNamed(slug: string): string | undefined {
  const organisations = shippedRegisters().find(({ definition }) => definition.register === 'government-organisation')
  const found = organisations?.items().find(({ website }) => String(website).endsWith(`/organisations/${slug}`))
  return found && String(found.name)
}

/** Rows of a TSV as items; values of a cell that has several stand with strokes between. */
function readItems(tsv: string, { fields }: NewRegister): Item[] {
  const [header = '', ...lines] = tsv.trimEnd().split('\n')
  const names = header.split('\t')
  const several = new Set(fields.filter(({ cardinality }) => cardinality === 'n').map(({ field }) => field))
  return lines.map((line) =>
    Object.fromEntries(
      line.split('\t').flatMap((cell, at): [string, string | string[]][] => {
        const name = names[at]!
        return cell === '' ? [] : [[name, several.has(name) ? cell.split('|') : cell]]
      }),
    ),
  )
}
