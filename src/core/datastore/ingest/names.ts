/** A column's two names. `printed` tells whether the file named it at all. */
export interface ColumnNames {
  name: string
  alias: string
  printed: boolean
}

/**
 * Names as published, made distinct (`Amount`, `Amount_2`), with a safe alias each. Blank header cells become `column_N`, from 1.
 */
export function nameColumns(header: readonly string[], width: number): ColumnNames[] {
  const names = new Set<string>()
  const aliases = new Set<string>()
  return Array.from({ length: width }, (_, i) => {
    const printed = (header[i] ?? '').replace(/\s+/g, ' ').trim()
    const name = distinct(printed || `column_${i + 1}`, names)
    return { name, alias: distinct(aliasOf(name, i), aliases), printed: printed !== '' }
  })
}

/** Compared without case, since tools that read the files do so. */
function distinct(name: string, taken: Set<string>): string {
  let candidate = name
  for (let n = 2; taken.has(candidate.toLowerCase()); n += 1) candidate = `${name}_${n}`
  taken.add(candidate.toLowerCase())
  return candidate
}

function aliasOf(name: string, position: number): string {
  const plain = name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/£/g, 'gbp')
    .replace(/%/g, ' percent ')
    .replace(/#/g, ' number ')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 60)
  if (!plain) return `column_${position + 1}`
  return /^\d/.test(plain) ? `c_${plain}` : plain
}
