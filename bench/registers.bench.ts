/**
 * How fast does a register take in RSF, how long does a proof take at a million entries, and how long a batch of ten names on a list of
 * 42,000?
 *
 * Baselines in the same run: the same bytes put into bare SQLite tables with the same indexes, nothing parsed, checked or hashed; and a
 * search of the names by plain edit distance.
 */
import { hash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openRegisters } from '../src/core/registers/index.ts'
import { matchText } from '../src/core/registers/reconcile/match.ts'
import { fold } from '../src/core/registers/reconcile/words.ts'
import { openStore } from '../src/foundation/engines/sqlite/index.ts'
import { editDistance, systemClock } from '../src/foundation/kernel/index.ts'

const ENTRIES = Number(process.env.ENTRIES ?? 1_000_000)
const NAMES = 42_000

const itemOf = (number: number) =>
  `{"name":"Name of thing ${number}","official-name":"The official name of the thing ${number}","thing":"${number}"}`

async function* rsf(): AsyncGenerator<Uint8Array> {
  let text = ''
  for (let number = 1; number <= ENTRIES; number += 1) {
    const json = itemOf(number)
    text += `add-item\t${json}\nappend-entry\tuser\t${number}\t2016-04-05T13:23:05Z\tsha-256:${hash('sha256', json)}\n`
    if (text.length < 1 << 18) continue
    yield Buffer.from(text)
    text = ''
  }
  yield Buffer.from(text)
}

const folder = await mkdtemp(join(tmpdir(), 'sixteen-bench-'))
try {
  const pieces: Uint8Array[] = []
  for await (const piece of rsf()) pieces.push(piece)
  async function* prepared(): AsyncGenerator<Uint8Array> {
    yield* pieces
  }
  const store = openStore(join(folder, 'registers.sqlite'))
  const registers = openRegisters({ store, clock: systemClock })
  const load = await timed(() => registers.load('thing', prepared()))
  const bare = await timed(async () => bareTables(join(folder, 'bare.sqlite')))
  line(
    `Load of ${ENTRIES.toLocaleString('en-GB')} entries: ${rate(load)} entries/s; bare tables ${rate(bare)}/s; ratio ${(load.ms / bare.ms).toFixed(2)}`,
  )
  line(
    `  by processor time, which other work on the machine does not lengthen: ${Math.round(ENTRIES / (load.cpuMs / 1000)).toLocaleString('en-GB')} entries/s`,
  )
  proofs(registers)
  names()
} finally {
  await rm(folder, { recursive: true, force: true })
}

function line(text: string): void {
  console.log(`- ${text}`)
}

function rate({ ms }: { ms: number }): string {
  return Math.round(ENTRIES / (ms / 1000)).toLocaleString('en-GB')
}

async function timed(work: () => Promise<unknown>): Promise<{ ms: number; cpuMs: number }> {
  const [start, cpu] = [performance.now(), process.cpuUsage()]
  await work()
  const { user, system } = process.cpuUsage(cpu)
  return { ms: performance.now() - start, cpuMs: (user + system) / 1000 }
}

function bareTables(path: string): void {
  const { raw } = openStore(path)
  raw.exec(
    'pragma cache_size = -65536; create table item (position integer primary key, hash blob, json text); create unique index item_hash on item (hash); create table entry (number integer primary key, key text, timestamp text, items blob); create index entry_key on entry (key, number)',
  )
  const item = raw.prepare('insert into item values (?, ?, ?)')
  const entry = raw.prepare('insert into entry values (?, ?, ?, ?)')
  raw.exec('begin')
  for (let number = 1; number <= ENTRIES; number += 1) {
    const json = itemOf(number)
    const digest = hash('sha256', json, 'buffer')
    item.run(number, digest, json)
    entry.run(number, String(number), '2016-04-05T13:23:05Z', digest)
    if (number % 10_000 === 0) raw.exec('commit; begin')
  }
  raw.exec('commit')
  raw.close()
}

function proofs({ reader }: ReturnType<typeof openRegisters>): void {
  const row = reader.row('thing')
  const times = Array.from({ length: 2000 }, (_none, at) => {
    const start = performance.now()
    reader.auditPath(row, 1 + ((at * 7919) % row.size), row.size)
    return performance.now() - start
  }).sort((a, b) => a - b)
  line(
    `Proof of an entry at ${row.size.toLocaleString('en-GB')}: median ${times[1000]!.toFixed(3)} ms, p95 ${times[1900]!.toFixed(3)} ms; to be under 2 ms`,
  )
}

function names(): void {
  const words = [
    'Green',
    'North',
    'Upper',
    'Castle',
    'Park',
    'Hill',
    'Bridge',
    'Church',
    'Kings',
    'Abbey',
    'Brook',
    'Wood',
    'Heath',
    'Mill',
    'Grove',
    'Marsh',
  ]
  const list = [...Array(NAMES).keys()].map((number) => ({
    code: String(number),
    name: `${words[number % 16]} ${words[(number >> 4) % 16]} ${['ward', 'district', 'parish'][number % 3]} ${String(number % 999).padStart(3, '0')}${'ABCDEF'[number % 6]}`,
  }))
  const codes = new Map(
    list.map(({ code, name }) => [
      code,
      {
        code,
        name,
        entry: 1,
        timestamp: '',
        item: {},
        labels: [{ text: name, language: 'en', kind: 'name' as const }],
        notations: [],
        parents: [],
        successors: [],
        links: [],
      },
    ]),
  )
  const definition = registersDefinition()
  const codeList = { register: 'ward', definition, size: NAMES, codes, byNotation: new Map(), children: new Map(), predecessors: new Map() }
  matchText(codeList, { text: 'warm up', limit: 3, day: '2026-01-01' })
  const folded = list.map(({ name }) => fold(name))
  for (const [kind, change] of [
    ['exact names', (name: string) => name],
    ['names with a typing error', (name: string) => `${name.slice(0, 5)}x${name.slice(6)}`],
  ] as const) {
    const batches = Array.from({ length: 200 }, (_none, batch) =>
      Array.from({ length: 10 }, (_no, at) => change(list[(batch * 10 + at) * 20]!.name)),
    )
    const times = batches.map((batch) =>
      milliseconds(() => batch.map((text) => matchText(codeList, { text, limit: 3, day: '2026-01-01' }))),
    )
    const plain = milliseconds(() =>
      batches[0]!.map((text) => folded.reduce((best, name) => Math.min(best, editDistance(fold(text), name, 30)), 99)),
    )
    times.sort((a, b) => a - b)
    line(
      `Batch of 10 ${kind} on ${NAMES.toLocaleString('en-GB')}: median ${times[100]!.toFixed(1)} ms, p95 ${times[190]!.toFixed(1)} ms; to be under 20 ms; by plain edit distance ${plain.toFixed(0)} ms`,
    )
  }
}

function milliseconds(work: () => unknown): number {
  const start = performance.now()
  work()
  return performance.now() - start
}

function registersDefinition() {
  return {
    register: 'ward',
    title: 'Wards',
    description: '',
    custodian: null,
    licence: null,
    copyright: null,
    source: null,
    registry: null,
    phase: 'beta',
    noticeDays: 0,
    retired: undefined,
    fields: [{ field: 'ward', datatype: 'string' as const, cardinality: '1' as const }],
    record: {},
  }
}
