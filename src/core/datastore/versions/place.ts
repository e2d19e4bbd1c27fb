/** Where a version's files are. */
export const versionPlace = (dataset: string, distribution: string, id: string): string => `versions/${dataset}/${distribution}/${id}`
