/**
 * Writes src/core/registers/shipped/: the facts of the registers that come with Sixteen, one TSV a register, and what they are.
 *
 *   node scripts/shipped-registers.ts FOLDER
 *
 * FOLDER holds the sources as src/core/registers/shipped/SOURCES.md names them. The same sources give the same files, byte for byte.
 */
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { areas, entityTypes } from './shipped/areas.ts'
import { countries } from './shipped/countries.ts'
import { iatiLists } from './shipped/iati.ts'
import { industries } from './shipped/industries.ts'
import { localAuthorities } from './shipped/local-authorities.ts'
import { functionsAndServices, organisations } from './shipped/organisations.ts'
import { smallLists } from './shipped/small-lists.ts'
import type { Shipped } from './shipped/table.ts'

const [folder] = process.argv.slice(2)
if (!folder) throw new Error('Say where the sources are.')
const target = join(import.meta.dirname, '../src/core/registers/shipped')

const authorities = localAuthorities(folder)
const all: Shipped[] = [
  ...countries(folder),
  authorities.register,
  entityTypes(folder),
  areas(folder, authorities),
  ...organisations(folder),
  ...industries(folder),
  ...functionsAndServices(folder),
  ...smallLists(),
  ...iatiLists(folder),
].sort((a, b) => (a.register < b.register ? -1 : 1))

for (const name of readdirSync(target)) if (/\.(tsv|json)$/.test(name)) rmSync(join(target, name))
for (const { rows, fields, register } of all) {
  const lines = [fields.map(({ field }) => field), ...rows.map((row) => fields.map(({ field }) => cell(row[field])))]
  writeFileSync(join(target, `${register}.tsv`), lines.map((line) => `${line.join('\t')}\n`).join(''))
}
writeFileSync(
  join(target, 'registers.json'),
  `${JSON.stringify(
    all.map(({ rows: _rows, ...rest }) => rest),
    null,
    1,
  )}\n`,
)
console.log(all.map(({ register, rows }) => `${register} ${rows.length}`).join('\n'))

function cell(value: string | string[] | undefined): string {
  const texts = Array.isArray(value) ? value : value ? [value] : []
  for (const text of texts) if (/[\t\n\r|]/.test(text)) throw new Error(`${JSON.stringify(text)} cannot stand in a cell`)
  return texts.join('|')
}
