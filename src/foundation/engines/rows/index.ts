export type { Built } from './build.ts'
export { openRowBuilder, type RowBuilder } from './builder.ts'
export { SEPARATOR } from './model.ts'
export { type IndexValue, openRowFile, type RowFile, type Walk } from './reader.ts'
