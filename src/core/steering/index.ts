export * from './nii/index.ts'
export * from './progress/index.ts'
