import { odsStream } from '../../../foundation/formats/ods-write.ts'
import { type RowBlock, rowBlock } from '../../../foundation/formats/sheet-rows.ts'
import { xmlText } from '../../../foundation/formats/xml-write.ts'
import { csvText } from '../api/answer.ts'
import type { CodeList } from '../codes/list.ts'
import { many } from '../definition.ts'

function rowsOf(list: CodeList): string[][] {
  const fields = list.definition.fields.map(({ field }) => field)
  return [...list.codes.values()].map(({ code, item }) =>
    fields.map((field) => (field === list.register ? code : many(item[field]).join(';'))),
  )
}

/** The codes of a register as CSV, a row each, in the order of its log. */
export function codesCsv(list: CodeList): string {
  return csvText({ header: list.definition.fields.map(({ field }) => field), rows: rowsOf(list) })
}

/** The codes of a register as an OpenDocument spreadsheet; every cell is text, so that codes keep their zeros. */
export function codesOds(list: CodeList): AsyncGenerator<Uint8Array> {
  const cell = (text: string): string =>
    text === ''
      ? '<table:table-cell/>'
      : `<table:table-cell office:value-type="string"><text:p>${xmlText(text)}</text:p></table:table-cell>`
  async function* rows(): AsyncGenerator<RowBlock> {
    const all = rowsOf(list)
    for (let from = 0; from < all.length; from += 1000)
      yield rowBlock(all.slice(from, from + 1000).map((row) => `<table:table-row>${row.map(cell).join('')}</table:table-row>`))
  }
  const created = [...list.codes.values()].reduce(
    (newest, { timestamp }) => (timestamp > newest ? timestamp : newest),
    '1970-01-01T00:00:00Z',
  )
  return odsStream(
    { title: list.register, columns: list.definition.fields.map(({ field }) => field), rows: rows() },
    { created, large: false },
  )
}
