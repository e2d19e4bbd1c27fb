export * from './nii/index.ts'
export * from './progress/index.ts'
export * from './standards/index.ts'
