export { type Kept, keepStream, type Objects, openObjects, readChunks } from './objects.ts'
