/** Characters that structure a delimited text file. */
export interface CsvDialect {
  delimiter: string
  /** Empty when the file quotes nothing. */
  quote: string
  newline: '\n' | '\r'
}

export const rfc4180: CsvDialect = { delimiter: ',', quote: '"', newline: '\n' }

/** One record: its cells, the line it starts on (from 1), and whether a quote in it was never closed and so is read as a letter. */
export interface CsvRecord {
  cells: string[]
  line: number
  /** Length of the record's text with its line end, in UTF-16 units. */
  length: number
  brokenQuote?: boolean
}

/**
 * A tolerant push parser: takes text in pieces of any size, gives whole records back.
 *
 * It never fails. A quote inside an unquoted cell is a letter, text after a closing quote belongs to the cell, and a quote that is
 * never closed within `maxRecord` UTF-16 units is a letter too, so that one bad cell cannot swallow the rows below it.
 *
 * @see RFC 4180 for the files that keep to it.
 */
export class CsvParser {
  #dialect: CsvDialect
  #maxRecord: number
  #rest = ''
  #line = 1

  constructor(dialect: CsvDialect = rfc4180, maxRecord = 1 << 20) {
    this.#dialect = dialect
    this.#maxRecord = maxRecord
  }

  push(text: string): CsvRecord[] {
    this.#rest = this.#rest ? this.#rest + text : text
    return this.#take(false)
  }

  /** The records left at the end of the file. */
  end(): CsvRecord[] {
    return this.#take(true)
  }

  #take(last: boolean): CsvRecord[] {
    const { quote, newline } = this.#dialect
    const text = this.#rest
    const records: CsvRecord[] = []
    let at = 0
    let nextQuote = quote ? text.indexOf(quote) : -1
    while (at < text.length) {
      const end = text.indexOf(newline, at)
      if (end < 0 && !last) break
      const stop = end < 0 ? text.length : end
      if (nextQuote >= 0 && nextQuote < at) nextQuote = text.indexOf(quote, at)
      const plain = nextQuote < 0 || nextQuote >= stop
      const next = plain ? this.#plain(text, at, stop, end, records) : this.#quoted(text, at, last, records)
      if (next < 0) break
      at = next
    }
    this.#rest = at === 0 ? text : text.slice(at)
    return records
  }

  #plain(text: string, at: number, stop: number, end: number, records: CsvRecord[]): number {
    const next = end < 0 ? stop : end + 1
    records.push({ cells: trimReturn(text.slice(at, stop)).split(this.#dialect.delimiter), line: this.#line, length: next - at })
    this.#line += 1
    return next
  }

  /** Reads a record with quotes; -1 when more text is needed to finish it. */
  #quoted(text: string, start: number, last: boolean, records: CsvRecord[]): number {
    const { delimiter, quote, newline } = this.#dialect
    const cells: string[] = []
    let at = start
    let lines = 1
    for (;;) {
      let cell = ''
      if (text[at] === quote) {
        let from = at + 1
        for (;;) {
          const close = text.indexOf(quote, from)
          if (close < 0) return this.#unclosed(text, start, last, records)
          if (close + 1 >= text.length && !last) return -1
          cell += text.slice(from, close)
          if (text[close + 1] !== quote) {
            at = close + 1
            break
          }
          cell += quote
          from = close + 2
        }
        if (at - start > this.#maxRecord) return this.#unclosed(text, start, true, records)
        lines += countOf(cell, newline)
      }
      const stop = nextStop(text, at, delimiter, newline)
      if (stop < 0 && !last) return -1
      const until = stop < 0 ? text.length : stop
      const tail = text.slice(at, until)
      const ended = stop < 0 || text[stop] === newline
      cells.push(cell + (ended ? trimReturn(tail) : tail))
      at = stop < 0 ? until : until + 1
      if (!ended) continue
      records.push({ cells, line: this.#line, length: at - start })
      this.#line += lines
      return at
    }
  }

  /** A quote without its partner: waits for more text while there may be some, then takes the line as it stands. */
  #unclosed(text: string, start: number, last: boolean, records: CsvRecord[]): number {
    if (!last && text.length - start <= this.#maxRecord) return -1
    const end = text.indexOf(this.#dialect.newline, start)
    const stop = end < 0 ? text.length : end
    const next = end < 0 ? stop : end + 1
    records.push({
      cells: trimReturn(text.slice(start, stop)).split(this.#dialect.delimiter),
      line: this.#line,
      length: next - start,
      brokenQuote: true,
    })
    this.#line += 1
    return next
  }
}

function trimReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text
}

function nextStop(text: string, at: number, delimiter: string, newline: string): number {
  const comma = text.indexOf(delimiter, at)
  const end = text.indexOf(newline, at)
  if (comma < 0) return end
  if (end < 0) return comma
  return Math.min(comma, end)
}

function countOf(text: string, letter: string): number {
  let count = 0
  for (let at = text.indexOf(letter); at >= 0; at = text.indexOf(letter, at + 1)) count += 1
  return count
}

/** A cell as RFC 4180 writes it: quoted only when it must be. */
export function csvCell(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}

/** A record with its CRLF, as RFC 4180 ends it. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

/**
 * A record for the column engine to read back: it keeps line breaks of any kind inside cells only where records end in a line feed alone,
 * and are said to.
 */
export function engineLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\n`
}
