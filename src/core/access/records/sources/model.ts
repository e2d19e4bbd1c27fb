/**
 * Where each field of a record stands in what a source gives: a path of names with slashes (`licence/validTo`), or a function of the whole.
 * Only what is asked for is taken out; the rest is dropped where it comes in.
 */
export type FieldMap<Row> = Readonly<Record<string, string | ((row: Row) => unknown)>>

/** How a source is reached that answers over HTTP. */
export interface Reach {
  /** Headers of each request, such as the key of the department's gateway; asked for anew each time, so that a key can be changed. */
  headers?: () => Promise<Readonly<Record<string, string>>>
  /** Most milliseconds until the whole answer is there; 5,000, and 10,000 at most. */
  timeoutMs?: number
  /** Whether the source may stand in a private network. What is declared in a profile may; what users type never. */
  privateNetwork?: boolean
}
