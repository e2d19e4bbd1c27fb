import { type RowBlock, rowBlock } from '../../../foundation/formats/sheet-rows.ts'
import { xmlText } from '../../../foundation/formats/xml-write.ts'
import type { ShareCodes } from '../codes/index.ts'
import type { Grants } from '../grants/index.ts'
import { receiptOf } from '../grants/receipt.ts'
import type { History, HistoryEntry } from '../ledger/history.ts'
import type { KeyRing } from '../ledger/keys.ts'
import type { Links } from '../records/connect.ts'
import type { RecordServices } from '../records/services.ts'

export interface ExportSources {
  grants: Grants
  codes: ShareCodes
  history: History
  links: Links
  services: RecordServices
  keys: KeyRing
}

const PAGE = 500

/** Every entry of somebody's history, newest first. */
export function* wholeHistory(history: History, person: string): Generator<HistoryEntry> {
  let cursor: string | undefined
  do {
    const page = history.list(person, { limit: PAGE, cursor })
    yield* page.entries
    cursor = page.next ?? undefined
  } while (cursor)
}

/** Everything that is kept of a person here, as the text of one JSON object, in parts. Each entry of the history comes with its proof. */
export function* everythingJson(sources: ExportSources, person: string, made: string): Generator<string> {
  const { grants, codes, history, links, services, keys } = sources
  const receipts = grants.listOf(person).map((grant) => {
    const service = services.get(grant.dataset)
    return receiptOf(grant, service, services.purpose(service, grant.purpose), keys)
  })
  const shareCodes = codes.listOf(person).map(({ grant, ...code }) => ({ ...code, grant: grant.id }))
  const head = { made, records: links.linksOf(person), grants: grants.listOf(person), receipts, shareCodes }
  yield `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "history": [`
  let first = true
  for (const entry of wholeHistory(history, person)) {
    yield `${first ? '' : ','}\n    ${JSON.stringify({ ...entry, proof: history.proof(person, entry.id) })}`
    first = false
  }
  yield '\n  ]\n}\n'
}

export const historyColumns = [
  'When',
  'What happened',
  'Outcome',
  'Who',
  'Their reference',
  'Record',
  'Fields',
  'Why',
  'Lawful basis',
  'Place in the log',
]

/** The history as rows of an OpenDocument table. */
export async function* historyRows(history: History, person: string): AsyncGenerator<RowBlock> {
  for (const entry of wholeHistory(history, person)) {
    const { at, kind, outcome, organisation, reference, title, labels, purposeLabel, basis, ledgerIndex } = entry
    const texts = [at, kind, outcome, organisation, reference, title, labels.join(', '), purposeLabel, basis]
    const cells = texts.map(
      (text) => `<table:table-cell office:value-type="string"><text:p>${xmlText(text ?? '')}</text:p></table:table-cell>`,
    )
    cells.push(
      `<table:table-cell office:value-type="float" office:value="${ledgerIndex}"><text:p>${ledgerIndex}</text:p></table:table-cell>`,
    )
    yield rowBlock([`<table:table-row>${cells.join('')}</table:table-row>`])
  }
}
