export { type Columns, type ColumnsOptions, openColumns, type RunOptions, type Statement } from './columns.ts'
export type { TextBlock } from './text-bytes.ts'
export { quoteName, quoteText } from './values.ts'
