export * from './growth.ts'
export * from './tree.ts'
