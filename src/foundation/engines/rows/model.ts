/** Between the texts of rows that are read together: they are then the inside of a JSON array. No JSON text holds a line end. */
export const SEPARATOR = ',\n'

/** Places of one value that stand in one entry of an index; more go into further entries. */
export const RUN_PLACES = 512

export interface IndexTask {
  /** File name part, unique in the folder. */
  name: string
  /** Statement for the column engine: value and place, in this order, sorted by it, empty values last. */
  text: string
}

/** What is to be built for one version; done parts are left as they are, so a build that was cut off goes on. */
export interface BuildTask {
  /** Folder of the row files. */
  folder: string
  rows: number
  /** Statement for the column engine: each row's JSON text and a line end, from a place on, in order of place. `$1` is the place. */
  texts: string
  indexes: IndexTask[]
  /** Bytes that this build may take on disk. */
  maxBytes: number
}

export const textFile = 'texts.sqlite'
export const indexFile = (name: string): string => `index-${name}.sqlite`
/** Ending of a file that is not finished. */
export const UNFINISHED = '.part'
