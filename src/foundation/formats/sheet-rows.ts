/** Rows that a sheet of LibreOffice and Excel can hold. */
export const SHEET_ROWS = 1_048_576

/** A sheet to be written: its rows are texts of elements already, the first being the header. */
export interface SheetToWrite {
  title: string
  columns: readonly string[]
  rows: AsyncIterable<string[]>
}

/** Rows cut into sheets, each read to its end before the next is asked for; there is always one. */
export async function* sheetsOf(rows: AsyncIterable<string[]>, most: number): AsyncGenerator<AsyncIterable<string[]>> {
  const source = rows[Symbol.asyncIterator]()
  let rest: string[] = []
  let ended = false
  async function* sheet(): AsyncGenerator<string[]> {
    for (let left = most; left > 0; ) {
      if (!rest.length) {
        const { value, done } = await source.next()
        if (done) {
          ended = true
          return
        }
        rest = value
      }
      const taken = rest.slice(0, left)
      rest = rest.slice(taken.length)
      left -= taken.length
      if (taken.length) yield taken
    }
    // Whether anything follows must be known before the next sheet is begun.
    while (!rest.length && !ended) {
      const { value, done } = await source.next()
      if (done) ended = true
      else rest = value
    }
  }
  do yield sheet()
  while (!ended || rest.length)
}
