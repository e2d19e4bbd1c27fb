import { createHmac } from 'node:crypto'
import { postOut } from '../../../foundation/engines/outgoing/index.ts'
import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import { type Clock, newId, newSecret, Problem } from '../../../foundation/kernel/index.ts'
import { readCode } from '../codes/code.ts'
import type { CodeList } from '../codes/list.ts'
import type { TextIssue } from '../codes/recognise.ts'
import type { CodeService } from '../codes/service.ts'
import { canonicalJson, type Item } from '../log/canonical.ts'
import type { LogReader } from '../log/reader.ts'
import type { LogState, NewEntry } from '../log/writer.ts'
import { type ChangeClass, classify, type Finding, strictest } from './classify.ts'
import { soundItem } from './item.ts'
import { changeStore, type ProposalRow, type UseRow } from './store.ts'

/** Whom a change reaches. */
export interface BlastRadius {
  columns: Array<{ dataset: string; distribution: string; column: string; version: string; rows: number }>
  datasets: number
  /** Rows of published data that hold one of the codes. */
  rows: number
  subscribers: number
  /** Registers that name the codes. */
  registers: string[]
}

export interface Proposal {
  id: string
  register: string
  created: string
  proposedBy: string
  note: string
  class: ChangeClass
  noticeEnds: string
  state: 'open' | 'entered' | 'withdrawn'
  size: number | null
  findings: Finding[]
  reaches: BlastRadius
  items: Item[]
}

export interface ProposalInput {
  items: ReadonlyArray<Record<string, unknown>>
  note?: string
  proposedBy: string
  /** Codes whose new names mean the same, as whoever proposes them says. */
  sameMeaning?: readonly string[]
}

/** A code that is not what it was at an earlier size of the log. */
export interface Migration extends Finding {
  before: string | null
  after: string
  entry: number
}

export interface Use {
  register: string
  dataset: string
  distribution: string
  column: string
  version: string
  rows: number
  matched: number
  /** 0 to 1. */
  confidence: number
  /** Rows by code. */
  codes: Record<string, number>
  /** The code behind each text of the column. */
  texts: Record<string, string>
  issues: TextIssue[]
}

/** How often due changes and deliveries are looked for, in milliseconds. */
export const TEND_MS = 60_000

export type ChangeService = ReturnType<typeof changeService>

interface Needs {
  database: Store
  clock: Clock
  codes: CodeService
  reader: LogReader
  append: (name: string, entries: readonly NewEntry[], expectedSize?: number) => Promise<LogState>
  timestamp: () => string
}

const DAY_MS = 86_400_000
const MAX_ATTEMPTS = 12
const MAX_SUBSCRIPTIONS = 1000

/** Changes of registers as users live with them: classified, announced, entered after their notice, and told to subscribers. */
export function changeService({ database, clock, codes, reader, append, timestamp }: Needs) {
  const store = changeStore(database)
  const idOf = (register: string): number => reader.row(register).id
  const nameOf = (id: number): string => reader.registers().find((row) => row.id === id)?.name ?? ''

  const findingsOf = (list: CodeList, items: readonly Item[], sameMeaning: readonly string[]): Finding[] =>
    items.map((item) => {
      const key = String(item[list.register])
      return classify(list, readCode(list.definition, key, { number: 0, timestamp: '' }, item), sameMeaning.includes(key))
    })

  const refuseWithoutNotice = (list: CodeList, items: readonly Item[]): void => {
    const first = findingsOf(list, items, []).find((finding) => finding.class !== 'compatible')
    if (!first || list.definition.noticeDays === 0) return
    throw new Problem('register-change-refused', {
      detail: `${first.code}: ${first.message} Users of the register are given ${list.definition.noticeDays} days.`,
      hint: `Propose it: POST /v1/registers/${list.register}/proposals`,
    })
  }

  const reachOf = async (register: string, findings: readonly Finding[]): Promise<BlastRadius> => {
    const touched = findings.filter(({ kind }) => kind !== 'add' && kind !== 'none').map(({ code }) => code)
    const uses = (await store.uses(register)).map(toUse)
    const columns = uses.flatMap(({ dataset, distribution, column, version, codes: counts }) => {
      const rows = touched.reduce((sum, code) => sum + (counts[code] ?? 0), 0)
      return rows > 0 ? [{ dataset, distribution, column, version, rows }] : []
    })
    const refs = new Set(touched.map((code) => `${register}:${code}`))
    const naming = reader
      .registers()
      .filter(({ name }) => name !== register && namesOne(codes.list(name), refs))
      .map(({ name }) => name)
    return {
      columns,
      datasets: new Set(columns.map(({ dataset }) => dataset)).size,
      rows: columns.reduce((sum, { rows }) => sum + rows, 0),
      subscribers: (await store.subscriptions(idOf(register))).length,
      registers: touched.length > 0 ? naming : [],
    }
  }

  const toProposal = async (row: ProposalRow): Promise<Proposal> => {
    const findings = JSON.parse(row.findings) as Finding[]
    const register = nameOf(row.register)
    return {
      id: row.id,
      register,
      created: row.created,
      proposedBy: row.proposed_by,
      note: row.note,
      class: strictest(findings),
      noticeEnds: row.notice_ends,
      state: row.state,
      size: row.size,
      findings,
      reaches: await reachOf(register, findings),
      items: JSON.parse(row.items) as Item[],
    }
  }

  const entriesOf = (register: string, items: readonly Item[]): NewEntry[] => {
    const at = timestamp()
    return items.map((item) => ({ log: 'user' as const, key: String(item[register]), timestamp: at, items: [canonicalJson(item)] }))
  }

  const tell = async (register: string, event: object): Promise<void> => {
    const now = clock.now().toISOString()
    for (const { id, pinned } of await store.subscriptions(idOf(register)))
      await store.insertDelivery({
        id: newId(),
        subscription: id,
        body: JSON.stringify({ ...event, register, pinned }),
        attempts: 0,
        next_at: now,
      })
  }

  const enter = async (row: ProposalRow): Promise<Proposal> => {
    const register = nameOf(row.register)
    const items = JSON.parse(row.items) as Item[]
    if (!(await store.close(row.id, 'entered', null))) throw new Problem('register-moved', { detail: 'The proposal is no longer open.' })
    try {
      const { size } = await append(register, entriesOf(register, items))
      await store.setSize(row.id, size)
      await tell(register, { event: 'change-entered', proposal: row.id, size, findings: JSON.parse(row.findings) as Finding[] })
    } catch (error) {
      await store.reopen(row.id)
      throw error
    }
    return toProposal((await store.proposal(row.id))!)
  }

  const demand = async (register: string, id: string): Promise<ProposalRow> => {
    const row = await store.proposal(id)
    if (!row || row.register !== idOf(register)) throw new Problem('route-not-found', { detail: `${register} has no proposal ${id}.` })
    return row
  }

  return {
    /**
     * Finds what a change would do and whom it reaches, and keeps it as a proposal unless `dryRun`. The notice ends when it was made for
     * what breaks nobody, otherwise after the days that the register sets.
     *
     * @throws {Problem} register-change-refused when an item does not suit the register's fields.
     */
    propose: async (register: string, input: ProposalInput, dryRun = false): Promise<Proposal> => {
      const list = codes.list(register)
      const items = input.items.map((item) => soundItem(list.definition, item))
      const findings = findingsOf(list, items, input.sameMeaning ?? [])
      const now = clock.now()
      const days = strictest(findings) === 'compatible' ? 0 : list.definition.noticeDays
      const row: ProposalRow = {
        id: newId(now.getTime()),
        register: idOf(register),
        created: now.toISOString(),
        proposed_by: input.proposedBy,
        note: input.note ?? '',
        notice_ends: new Date(now.getTime() + days * DAY_MS).toISOString(),
        state: 'open',
        items: JSON.stringify(items),
        findings: JSON.stringify(findings),
        size: null,
      }
      if (dryRun) return toProposal(row)
      await store.insertProposal(row)
      await tell(register, { event: 'change-proposed', proposal: row.id, noticeEnds: row.notice_ends, findings })
      return toProposal(row)
    },
    proposals: async (register: string): Promise<Proposal[]> => Promise.all((await store.proposals(idOf(register))).map(toProposal)),
    proposal: async (register: string, id: string): Promise<Proposal> => toProposal(await demand(register, id)),
    /** @throws {Problem} register-change-refused while the notice runs */
    enter: async (register: string, id: string): Promise<Proposal> => {
      const row = await demand(register, id)
      if (row.state === 'open' && row.notice_ends > clock.now().toISOString())
        throw new Problem('register-change-refused', {
          detail: `The notice of this change ends on ${row.notice_ends.slice(0, 10)}; users were promised that time.`,
          retryAfter: Math.ceil((Date.parse(row.notice_ends) - clock.now().getTime()) / 1000),
        })
      return enter(row)
    },
    withdraw: async (register: string, id: string): Promise<Proposal> => {
      const row = await demand(register, id)
      if (!(await store.close(row.id, 'withdrawn', null)))
        throw new Problem('register-moved', { detail: 'The proposal is no longer open.' })
      await tell(register, { event: 'change-withdrawn', proposal: id })
      return toProposal((await store.proposal(id))!)
    },
    /** Enters every proposal whose notice has ended. The answer is how many. */
    enterDue: async (): Promise<number> => {
      const due = await store.due(clock.now().toISOString())
      for (const row of due) await enter(row)
      return due.length
    },
    /** @throws {Problem} register-change-refused when one of the items changes a code in a way that needs notice */
    demandCompatible: (register: string, items: readonly Item[]): void => refuseWithoutNotice(codes.list(register), items),
    /**
     * Enters items at once, when that breaks nobody.
     *
     * @throws {Problem} register-change-refused when one needs notice; register-moved when the size is another
     */
    append: async (register: string, inputs: ReadonlyArray<Record<string, unknown>>, expectedSize?: number): Promise<LogState> => {
      const list = codes.list(register)
      const items = inputs.map((item) => soundItem(list.definition, item))
      refuseWithoutNotice(list, items)
      const state = await append(register, entriesOf(register, items), expectedSize)
      await tell(register, { event: 'change-entered', size: state.size })
      return state
    },
    /** What is no longer as it was at an earlier size of the log, for those who worked with that. */
    migration: (register: string, from: number): Migration[] => {
      const now = codes.list(register)
      const then = codes.list(register, `@${from}`)
      return [...now.codes.values()].flatMap((after) => {
        const before = then.codes.get(after.code)
        if (before?.entry === after.entry) return []
        return [{ ...classify(then, after), before: before?.name ?? null, after: after.name, entry: after.entry }]
      })
    },
    uses: async (register: string): Promise<Use[]> => (await store.uses(register)).map(toUse),
    usesOf: async (dataset: string, distribution: string): Promise<Use[]> => (await store.usesOf(dataset, distribution)).map(toUse),
    /** Puts what a version's columns hold in the place of what is known of the version before. */
    recordUses: async (dataset: string, distribution: string, uses: readonly Use[]): Promise<void> => {
      await store.removeUses(dataset, distribution)
      const updated = clock.now().toISOString()
      for (const { column, codes: counts, texts, issues, ...use } of uses)
        await store.putUse({
          ...use,
          field: column,
          updated,
          codes: JSON.stringify(counts),
          texts: JSON.stringify(texts),
          issues: JSON.stringify(issues),
        })
    },
    forgetUses: (dataset: string) => store.removeUses(dataset),
    /** The secret that signs deliveries is in the answer and nowhere else. */
    subscribe: async (register: string, callback: string, pinned?: number) => {
      if (!/^https?:\/\//.test(callback))
        throw new Problem('parameter-invalid', { detail: 'The callback is no http or https address.', pointer: '/callback' })
      if ((await store.subscriptions(idOf(register))).length >= MAX_SUBSCRIPTIONS)
        throw new Problem('rate-limited', { detail: 'The register has as many subscribers as it takes.', retryAfter: 86_400 })
      const row = {
        id: newId(),
        register: idOf(register),
        callback,
        secret: newSecret('hook'),
        pinned: pinned ?? null,
        created: clock.now().toISOString(),
      }
      await store.insertSubscription(row)
      return { id: row.id, register, callback, pinned: row.pinned, secret: row.secret }
    },
    unsubscribe: async (register: string, id: string, secret: string): Promise<void> => {
      const row = await store.subscription(id)
      if (!row || row.register !== idOf(register) || row.secret !== secret)
        throw new Problem('route-not-found', { detail: 'There is no such subscription, or its secret is another.' })
      await store.removeSubscription(id)
    },
    /** Sends what is due, signed; what fails is tried again later and later, for about a day. The answer is how many arrived. */
    deliver: async (allowPrivate = false): Promise<number> => {
      let arrived = 0
      for (const delivery of await store.dueDeliveries(clock.now().toISOString())) {
        const subscription = await store.subscription(delivery.subscription)
        if (!subscription) continue
        const signature = createHmac('sha256', subscription.secret).update(delivery.body).digest('hex')
        const status = await postOut(
          subscription.callback,
          delivery.body,
          { 'content-type': 'application/json', 'x-sixteen-delivery': delivery.id, 'x-sixteen-signature': `sha256=${signature}` },
          allowPrivate,
        ).catch(() => 0)
        if (status >= 200 && status < 300) {
          arrived += 1
          await store.removeDelivery(delivery.id)
        } else if (delivery.attempts + 1 >= MAX_ATTEMPTS) await store.removeDelivery(delivery.id)
        else
          await store.postpone(
            delivery.id,
            delivery.attempts + 1,
            new Date(clock.now().getTime() + Math.min(4 * 3_600_000, 30_000 * 2 ** delivery.attempts)).toISOString(),
          )
      }
      return arrived
    },
  }
}

function namesOne({ codes }: CodeList, refs: ReadonlySet<string>): boolean {
  for (const { notations, links, parents } of codes.values()) {
    if (links.some(({ register, code }) => refs.has(`${register}:${code}`))) return true
    if (parents.some(({ register, code }) => refs.has(`${register}:${code}`))) return true
    if (notations.some(({ register, value }) => register !== undefined && refs.has(`${register}:${value}`))) return true
  }
  return false
}

function toUse({ field, codes, texts, issues, updated: _updated, ...rest }: UseRow): Use {
  return {
    ...rest,
    column: field,
    codes: JSON.parse(codes) as Record<string, number>,
    texts: JSON.parse(texts) as Record<string, string>,
    issues: JSON.parse(issues) as TextIssue[],
  }
}
