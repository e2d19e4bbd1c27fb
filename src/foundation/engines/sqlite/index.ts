export { takeLock } from './lock.ts'
export { openStore, type Store } from './store.ts'
