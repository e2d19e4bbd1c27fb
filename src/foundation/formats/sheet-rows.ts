/** Rows that a sheet of LibreOffice and Excel can hold. */
export const SHEET_ROWS = 1_048_576

/** Elements of rows one after another, as UTF-8. */
export interface RowBlock {
  bytes: Uint8Array
  /** How many rows; a sheet begins with a block. */
  rows: number
}

/** Elements of rows as a block. */
export const rowBlock = (elements: readonly string[]): RowBlock => ({ bytes: Buffer.from(elements.join('')), rows: elements.length })

/** A sheet to be written: its rows are elements already, the first being the header. */
export interface SheetToWrite {
  title: string
  columns: readonly string[]
  rows: AsyncIterable<RowBlock>
}

/** Blocks of rows put into sheets of at most so many rows, each read to its end before the next is asked for; there is always one. */
export async function* sheetsOf(rows: AsyncIterable<RowBlock>, most: number): AsyncGenerator<AsyncIterable<Uint8Array>> {
  const source = rows[Symbol.asyncIterator]()
  let next = await source.next()
  async function* sheet(): AsyncGenerator<Uint8Array> {
    let left = most
    while (!next.done && (next.value.rows <= left || left === most)) {
      yield next.value.bytes
      left -= next.value.rows
      next = await source.next()
    }
  }
  try {
    do yield sheet()
    while (!next.done)
  } finally {
    // Who leaves in the middle gives back what the rows hold.
    if (!next.done) await source.return?.()
  }
}
