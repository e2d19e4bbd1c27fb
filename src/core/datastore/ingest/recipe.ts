import type { Column, Decision, Recipe } from '../model.ts'

/** What was said of the file before in the series, and the columns that it had. */
export interface InheritedRecipe {
  recipe: Recipe
  columns: readonly string[]
}

const plain = (name: string): string => name.replace(/\s+/g, ' ').trim().toLowerCase()

/** Whether a header holds at least half of the names that the file before had. */
export function headerFits(header: readonly string[], { columns }: InheritedRecipe): boolean {
  const names = new Set(header.map(plain))
  return columns.filter((name) => names.has(plain(name))).length >= columns.length / 2
}

/** A part of the recipe that the file does not suit: it was not followed. */
export function unfit(part: string, reason: string): Decision {
  return { what: 'recipe', value: `${part} no longer fits`, reason, confidence: 0.3 }
}

/** What of the recipe was followed. */
export function followed(recipe: Recipe): Decision[] {
  const parts = [
    ...(recipe.delimiter ? ['delimiter'] : []),
    ...(recipe.encoding ? ['encoding'] : []),
    ...(recipe.sheet ? ['sheet'] : []),
    ...(recipe.headerRow !== undefined ? ['header row'] : []),
    ...Object.keys(recipe.types ?? {}).map((name) => `type of ${name}`),
  ]
  return parts.length
    ? [{ what: 'recipe', value: parts.join(', '), reason: 'kept from what the publisher chose for the version before', confidence: 1 }]
    : []
}

/** Types of the recipe that many cells do not suit any more. */
export function unfitTypes(columns: readonly Column[], inherited: ReadonlySet<number>, rows: number): Decision[] {
  return columns
    .filter((column) => inherited.has(column.position) && column.rejected > Math.max(1, rows * 0.1))
    .map((column) => unfit(`type of ${column.name}`, `${column.rejected} of ${rows} cells are no ${column.type}`))
}

/** The recipe that the next file inherits; undefined when nothing was ever chosen. Lines to leave out are those of one file only. */
export function recipeOf(given: Recipe & { ignoreRows?: unknown }, inherited: Recipe | undefined): Recipe | undefined {
  const { ignoreRows: _, ...chosen } = given
  const types = { ...inherited?.types, ...chosen.types }
  const orders = { ...inherited?.dateOrders, ...chosen.dateOrders }
  const recipe = {
    ...inherited,
    ...chosen,
    ...(Object.keys(types).length && { types }),
    ...(Object.keys(orders).length && { dateOrders: orders }),
  }
  return Object.keys(recipe).length ? recipe : undefined
}
