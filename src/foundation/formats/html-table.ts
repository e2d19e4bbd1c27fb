/**
 * The tables of a page, each as rows of cells. Programs export such pages under the name of a spreadsheet. Cells that a merged one covers
 * are blank; a table inside a cell is a table of its own.
 */
export function htmlTables(html: string): string[][][] {
  const reader = new TableReader()
  for (const [whole, close, name, attributes] of bare(html).matchAll(token))
    if (name === undefined) reader.text(whole)
    else if (close) reader.close(name.toLowerCase())
    else reader.open(name.toLowerCase(), attributes ?? '')
  reader.end()
  return reader.tables.filter((rows) => rows.length)
}

/** What a page calls itself. */
export function htmlTitle(html: string): string {
  return decodeText(/<title[^>]*>([\s\S]{0,300}?)<\/title>/i.exec(html)?.[1] ?? '')
}

const token = /<(\/?)([a-zA-Z][a-zA-Z0-9]*)\b([^>]*)>|[^<]+|<[^>]*>|</g
const MAX_SPAN = 1000

/** Without comments, scripts and styles. */
function bare(html: string): string {
  return html.replace(/<!--[\s\S]*?(?:-->|$)/g, '').replace(/<(script|style)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, '')
}

interface Table {
  rows: string[][]
  /** Columns that cells of earlier rows cover, by how many rows are still to come. */
  covered: number[]
  row: string[] | undefined
  cell: { text: string; columns: number; rows: number } | undefined
}

class TableReader {
  readonly tables: string[][][] = []
  readonly #open: Table[] = []

  get #table(): Table | undefined {
    return this.#open.at(-1)
  }

  open(name: string, attributes: string): void {
    const table = this.#table
    if (name === 'table') {
      const rows: string[][] = []
      this.tables.push(rows)
      this.#open.push({ rows, covered: [], row: undefined, cell: undefined })
    } else if (!table) return
    else if (name === 'tr') this.#startRow(table)
    else if (name === 'td' || name === 'th') {
      this.#endCell(table)
      table.row ??= this.#startRow(table)
      table.cell = { text: '', columns: span(attributes, 'colspan'), rows: span(attributes, 'rowspan') }
    } else if (/^(?:br|p|div|li)$/.test(name) && table.cell?.text.trim()) table.cell.text += '\n'
  }

  text(text: string): void {
    if (this.#table?.cell) this.#table.cell.text += text === '<' ? '<' : text.startsWith('<') ? '' : text.replace(/\s+/g, ' ')
  }

  close(name: string): void {
    const table = this.#table
    if (!table) return
    if (name === 'td' || name === 'th') this.#endCell(table)
    else if (name === 'tr') this.#endRow(table)
    else if (name === 'table') {
      this.#endRow(table)
      this.#open.pop()
    }
  }

  end(): void {
    while (this.#table) this.close('table')
  }

  #startRow(table: Table): string[] {
    this.#endRow(table)
    table.row = []
    return table.row
  }

  #endCell(table: Table): void {
    const { cell, row } = table
    if (!cell || !row) return
    this.#skipCovered(table, row)
    for (let i = 0; i < cell.columns; i += 1) {
      if (cell.rows > 1) table.covered[row.length] = cell.rows - 1
      row.push(i === 0 ? decodeText(cell.text) : '')
    }
    table.cell = undefined
  }

  #skipCovered({ covered }: Table, row: string[]): void {
    while ((covered[row.length] ?? 0) > 0) {
      covered[row.length] = (covered[row.length] ?? 0) - 1
      row.push('')
    }
  }

  #endRow(table: Table): void {
    this.#endCell(table)
    if (!table.row) return
    this.#skipCovered(table, table.row)
    table.rows.push(table.row)
    table.row = undefined
  }
}

function span(attributes: string, name: string): number {
  const found = Number(new RegExp(`${name}\\s*=\\s*["']?(\\d+)`, 'i').exec(attributes)?.[1] ?? 1)
  return Math.min(MAX_SPAN, Math.max(1, found))
}

const entities: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  pound: '£',
  euro: '€',
  ndash: '–',
  mdash: '—',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  hellip: '…',
  middot: '·',
  bull: '•',
  deg: '°',
  eacute: 'é',
  egrave: 'è',
  uuml: 'ü',
  ouml: 'ö',
  auml: 'ä',
  ccedil: 'ç',
  frac12: '½',
  frac14: '¼',
  reg: '®',
  copy: '©',
  trade: '™',
}

function decodeText(text: string): string {
  return text
    .replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z0-9]+));?/gi, (whole, decimal?: string, hex?: string, name?: string) => {
      const code = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : undefined
      if (code !== undefined) return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
      return entities[name ?? ''] ?? whole
    })
    .replace(/[ \t\u00a0]+/g, ' ')
    .trim()
}
