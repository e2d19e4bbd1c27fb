export { type Kept, keepStream, type Objects, openObjects } from './objects.ts'
