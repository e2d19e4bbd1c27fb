/** A field of a record, as people and applications know it. */
export interface RecordField {
  name: string
  /** For people, in lower case: "penalty points". */
  label: string
  description?: string
}

/** A question that a record answers with yes or no, so that whoever asks need not see what the answer rests on. */
export interface DerivedAnswer {
  name: string
  label: string
  /** The question with its arguments, for people. */
  question: (...parameters: string[]) => string
  /** What stands in brackets after the name; the consent fixes it, so that nobody can narrow an answer down by asking again. */
  parameters: ReadonlyArray<{ name: string; label: string; pattern: RegExp; example: string; optional?: boolean }>
  /** Fields it is worked out from; they are read at the source and go no further. */
  needs: readonly string[]
  /** `today` is a date, YYYY-MM-DD. */
  answer: (record: Record<string, unknown>, parameters: readonly string[], today: string) => boolean
}

/** Why a recipient may be given fields. An entry of the register of purposes. */
export interface Purpose {
  /** Kebab-case. */
  code: string
  /** The first letter of the share codes of this purpose; without one it gives no codes. */
  letter?: string
  label: string
  /** What the recipient does with the answer, in one sentence for the person. */
  description: string
  lawfulBasis: 'consent' | 'public-task' | 'legal-obligation' | 'contract' | 'licence'
  /** Names of fields and answers, without arguments. */
  fields: readonly string[]
  /** What most recipients need, ticked at first. */
  usual: readonly string[]
  recipientKinds: readonly string[]
  longestDays: number
  /** Most retrievals of one grant; null for any number. */
  mostUses: number | null
  retention: string
  /** The law hides these accesses from the subject until a date; they are counted in public meanwhile. */
  covert?: { longestDays: number }
}

/** Where the records are. Each request names the fields and gets no others. */
export interface RecordSource {
  /** Undefined when there is no such record. @throws {Problem} record-source-failed */
  fetch(key: string, fields: readonly string[]): Promise<Record<string, unknown> | undefined>
  /** Key of the record that these answers of a person identify; undefined when none does. */
  match(claims: Readonly<Record<string, string>>): Promise<string | undefined>
  /** A text that differs when the record does, without saying how; undefined when there is no such record. */
  version?(key: string): Promise<string | undefined>
}

/** A service of records that a department plugs in. */
export interface RecordService {
  /** Name in addresses. */
  dataset: string
  title: string
  /** For the consent page: "your driving licence". */
  yours: string
  summary: string
  publisher: string
  fields: readonly RecordField[]
  answers: readonly DerivedAnswer[]
  purposes: readonly Purpose[]
  /** What a checker must know beside a share code. */
  factor: {
    name: string
    label: string
    hint: string
    needs: readonly string[]
    of: (record: Record<string, unknown>) => string
    /** The form in which it is compared. */
    normalise: (typed: string) => string
  }
  /** What a person tells once to connect the record to themselves. */
  claims: ReadonlyArray<{ name: string; label: string; hint?: string }>
  source: RecordSource
}
