import { type Kysely, sql, type Transaction } from 'kysely'
import { openStore, type Store } from '../../../foundation/engines/sqlite/index.ts'
import type { DatasetRow, Tables } from '../tables.ts'

type Db = Kysely<Tables> | Transaction<Tables>

/** What search keeps of a dataset in memory. */
export interface Brief {
  number: number
  change: number
  title: string
  publisher: string
  licence: string
  /** JSON array. */
  theme: string
  /** Comma-separated; null without tables. */
  formats: string | null
  modified: string
}

/** Weights of a match in title, keyword, publisher, columns and description. */
const WEIGHTS = '10, 5, 3, 2, 1'

export const wordColumns = ['title', 'keyword', 'publisher', 'columns', 'description'] as const
export type WordColumn = (typeof wordColumns)[number]

/** How much of a description snippets are looked for in. */
const SNIPPET_CHARACTERS = 4_000

/** Statements of the search index: written in the caller's transaction, read while no transaction is open. */
export function searchStore(store: Store) {
  const db = store.as<Tables>()
  return {
    /** Runs `work` while nobody writes: the one connection is held, so half a transaction is never seen. `work` must not await. */
    undisturbed: <T>(work: () => T) => db.connection().execute(async () => work()),
    ...writeStatements(),
    ...matchStatements(store),
    ...snippetStatements(store),
    ...changeStatements(store),
  }
}
export type SearchStore = ReturnType<typeof searchStore>

function writeStatements() {
  return {
    put: async (on: Db, row: DatasetRow) => {
      const { keyword = [], description = '' } = JSON.parse(row.description) as { keyword?: string[]; description?: string }
      await sql`delete from dataset_words where rowid = ${row.number}`.execute(on)
      await sql`
        insert into dataset_words (rowid, title, keyword, publisher, columns, description)
        select ${row.number}, ${row.title}, ${[...keyword, ...(JSON.parse(row.theme) as string[])].join(', ')}, title || ' ' || coalesce(abbreviation, ''),
          coalesce((select group_concat(column.value, ', ') from distribution, json_each(column_names) as column where dataset = ${row.number}), ''), ${description}
        from publisher where name = ${row.publisher}`.execute(on)
    },
    remove: async (on: Db, number: number) => {
      await sql`delete from dataset_words where rowid = ${number}`.execute(on)
    },
    retitle: async (on: Db, publisher: { name: string; title: string; abbreviation: string | null }) => {
      const words = `${publisher.title} ${publisher.abbreviation ?? ''}`
      await sql`update dataset_words set publisher = ${words} where rowid in (select number from dataset where publisher = ${publisher.name})`.execute(
        on,
      )
    },
  }
}

function matchStatements({ raw }: Store) {
  const matching = raw.prepare('select group_concat(rowid) as numbers from dataset_words where dataset_words match ?')
  const scoring = raw.prepare(`select rowid, bm25(dataset_words, ${WEIGHTS}) from dataset_words where dataset_words match ?`)
  scoring.setReturnArrays(true)
  return {
    /** Numbers that match. Joined to one text by the engine: handing over 50,000 rows one by one costs three times as much. */
    matches: (expression: string) => readNumbers((matching.get(expression)?.numbers ?? '') as string),
    /** Scores of those that match; better ones are larger. */
    scores: (expression: string) =>
      new Map((scoring.all(expression) as unknown as Array<[number, number]>).map(([number, score]) => [number, -score])),
  }
}

/**
 * Snippets of a page of matches, made in a small index of their own: in the large one each of them costs a walk through everything
 * that the question matches. Of long descriptions only the beginning is looked at.
 */
function snippetStatements({ raw }: Store) {
  const scratch = openStore(':memory:').raw
  scratch.exec(`create virtual table page_words using fts5 (${wordColumns.join(', ')}, tokenize = 'porter unicode61 remove_diacritics 2')`)
  const copied = wordColumns.map((column) => (column === 'description' ? `substr(description, 1, ${SNIPPET_CHARACTERS})` : column))
  const read = raw.prepare(`select ${copied.join(', ')} from dataset_words where rowid = ?`)
  read.setReturnArrays(true)
  const copy = scratch.prepare(`insert into page_words (rowid, ${wordColumns.join(', ')}) values (${'?, '.repeat(wordColumns.length)}?)`)
  const snippets = wordColumns.map((column, index) => `snippet(page_words, ${index}, '**', '**', '…', 28) as ${column}`)
  const snippet = scratch.prepare(`select rowid as number, ${snippets.join(', ')} from page_words where page_words match ?`)
  return {
    snippets: (expression: string, numbers: number[]) => {
      scratch.exec('begin')
      for (const number of numbers) copy.run(number, ...((read.get(number) ?? []) as unknown as string[]))
      const found = snippet.all(expression) as unknown as Array<Record<WordColumn, string> & { number: number }>
      scratch.exec('rollback')
      return found
    },
  }
}

function changeStatements({ raw }: Store) {
  const changed = raw.prepare(`
    select number, change, title, publisher, licence, theme, modified,
      (select group_concat(distinct format) from distribution where dataset = number) as formats
    from dataset where change > ?`)
  const gone = raw.prepare('select number, change from dataset_gone where change > ?')
  const clock = raw.prepare('select value from dataset_clock')
  const titles = raw.prepare('select name, title from publisher')
  return {
    lastChange: () => Number(clock.get()?.value ?? 0),
    goneSince: (change: number) => gone.all(change) as unknown as Array<{ number: number; change: number }>,
    changedSince: (change: number) => changed.iterate(change) as unknown as Iterable<Brief>,
    publisherTitles: () => new Map((titles.all() as unknown as Array<{ name: string; title: string }>).map((row) => [row.name, row.title])),
  }
}

/** The numbers of a text such as "3,14,159", read without splitting it into texts. */
function readNumbers(text: string): Uint32Array {
  const numbers = new Uint32Array(Math.ceil(text.length / 2))
  let count = 0
  let value = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === COMMA) {
      numbers[count++] = value
      value = 0
    } else value = value * 10 + code - ZERO
  }
  if (text !== '') numbers[count++] = value
  return numbers.slice(0, count)
}

const COMMA = 44
const ZERO = 48
