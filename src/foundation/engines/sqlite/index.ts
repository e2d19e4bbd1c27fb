export { takeLock } from './lock.ts'
export { openReadOnly, type ReadOnly } from './read.ts'
export { openStore, type Store } from './store.ts'
