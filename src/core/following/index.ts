import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import { postOut } from '../../foundation/engines/outgoing/index.ts'
import type { Store } from '../../foundation/engines/sqlite/index.ts'
import { type Clock, newId, newSecret, Problem, Shared, sha256Hex } from '../../foundation/kernel/index.ts'
import type { MasterKey } from '../access/index.ts'
import type { Catalogue } from '../catalogue/index.ts'
import { confirmLetter, newsLetter } from './letters.ts'
import type { Mailer } from './mail.ts'
import type { Delivery, EventSource, Follow, FollowEvent, NewFollow, SourceEvent, Subject } from './model.ts'
import { newWebhookSecret, nextAttempt, webhookHeaders } from './sign.ts'
import { type DueDelivery, type FollowRow, followStore, toFollow } from './store.ts'
import { searchOf, settleSubject } from './subjects.ts'

export { openMailer } from './mail.ts'
export * from './model.ts'
export { catalogueEvents } from './sources.ts'
export { pageOf, searchOf, searchText } from './subjects.ts'

/** Who wants to be told of what changes. */
export interface Following {
  /**
   * Notes a wish and asks its receiver to confirm it. Of a webhook the answer has the secret that signs what is sent, and the token that
   * ends it; of an e-mail address only its receiver has it.
   *
   * @throws {Problem} dataset-not-found, publisher-not-found, nii-entry-not-found, parameter-invalid, rate-limited
   */
  follow(wish: NewFollow): Promise<{ follow: Follow; secret?: string; token?: string }>
  /** @throws {Problem} follow-not-found */
  byToken(token: string): Promise<Follow>
  /** @throws {Problem} follow-not-found */
  confirm(token: string): Promise<Follow>
  /** Ends it and forgets the address. @throws {Problem} follow-not-found */
  stop(token: string): Promise<void>
  /** What was sent, the newest first, with every attempt. @throws {Problem} follow-not-found */
  deliveries(token: string): Promise<Delivery[]>
  /** Sends one again, or all that failed. Answers how many. @throws {Problem} follow-not-found */
  replay(token: string, delivery?: string): Promise<number>
  /** Takes in what happened and sends what is due. Answers how many arrived. */
  tend(): Promise<number>
  close(): Promise<void>
}

export interface FollowingOptions {
  store: Store
  catalogue: Catalogue
  master: MasterKey
  mailer: Mailer
  clock: Clock
  base: () => string
  siteName: string
  sources: readonly EventSource[]
  /** @throws {Problem} nii-entry-not-found */
  demandEntry: (id: string) => Promise<void>
  /** May post to addresses in private networks. */
  allowPrivate?: () => boolean
}

const DAY_MS = 86_400_000
const PENDING_DAYS = 3
const KEPT_DAYS = 30
/** A receiver that refuses for so long is told no more. */
const GIVE_UP_DAYS = 5
const MOST_FOLLOWS = 1_000_000
const MOST_OF_TARGET = 200
const MOST_PENDING_OF_TARGET = 5
const EVENTS_AT_ONCE = 500
const DUE_AT_ONCE = 500
const SENT_AT_ONCE = 8
const SEARCH_PAGE = 100

/** Opens who follows what in this store. */
export function openFollowing(options: FollowingOptions): Following {
  const { catalogue, master, mailer, clock, base, siteName, sources, demandEntry } = options
  options.store.migrate('following', join(import.meta.dirname, 'migrations'))
  const store = followStore(options.store)
  const hashing = master.secret('follow addresses')
  const now = () => clock.now()
  const iso = () => now().toISOString()
  const daysAgo = (days: number) => new Date(now().getTime() - days * DAY_MS).toISOString()
  let closing = false

  const sealed = (text: string, what: string, id: string) => master.seal(Buffer.from(text), `follow ${what} ${id}`)
  const opened = (bytes: Uint8Array, what: string, id: string) => master.open(bytes, `follow ${what} ${id}`).toString()
  const linksOf = (token: string) => ({ manage: `${base()}/follow/${token}`, stop: `${base()}/follow/${token}/stop`, site: siteName })
  const demand = async (token: string): Promise<FollowRow> => {
    const row = await store.byToken(sha256Hex(token))
    if (!row) throw new Problem('follow-not-found', { detail: 'There is nothing to follow behind this link any more.' })
    return row
  }

  const follow: Following['follow'] = async ({ subject: given, channel, address }) => {
    const subject = await settleSubject(given, { catalogue, demandEntry })
    const target = channel === 'email' ? emailOf(address) : webhookOf(address)
    const targetHash = createHmac('sha256', hashing).update(target).digest('hex')
    const others = await store.ofTarget(targetHash)
    if ((await store.countAll()) >= MOST_FOLLOWS || others.length >= MOST_OF_TARGET) throw tooMany()
    const same = others.find(({ kind, subject: value }) => kind === subject.kind && value === subject.value)
    // Whoever asks twice does not make us write twice, and does not hear whether somebody asked before.
    if (same && channel === 'email')
      return { follow: { ...toFollow(same), id: newId(now().getTime()), state: 'pending', created: iso(), confirmed: undefined } as Follow }
    if (others.filter(({ state }) => state === 'pending').length >= MOST_PENDING_OF_TARGET) throw tooMany()
    const id = newId(now().getTime())
    const token = newSecret('follow')
    const secret = channel === 'webhook' ? newWebhookSecret() : undefined
    const row: FollowRow = {
      id,
      kind: subject.kind,
      subject: subject.value,
      channel,
      target_hash: targetHash,
      target_sealed: sealed(target, 'address', id),
      secret_sealed: secret === undefined ? null : sealed(secret, 'secret', id),
      token_hash: sha256Hex(token),
      token_sealed: sealed(token, 'token', id),
      state: 'pending',
      created: iso(),
      confirmed: null,
      failing_since: null,
    }
    await store.add(row)
    await askToConfirm(row, token)
    return { follow: toFollow(row), ...(secret !== undefined && { secret, token }) }
  }

  const askToConfirm = async (row: FollowRow, token: string): Promise<void> => {
    const what = await nameOf(row)
    if (row.channel === 'email') {
      await mailer.send(confirmLetter(opened(row.target_sealed, 'address', row.id), what, linksOf(token)))
      return
    }
    const event: FollowEvent = {
      type: 'follow.confirm',
      timestamp: iso(),
      data: {
        title: what,
        text: 'Confirm that this receiver wants to be told, by a POST to the address',
        url: base(),
      },
    }
    await store.transaction((on) => store.enqueue(on, { id: newId(now().getTime()), follow: row.id, event, at: iso() }))
  }

  const nameOf = async ({ kind, subject }: FollowRow): Promise<string> => {
    if (kind === 'dataset') return (await catalogue.dataset(subject).catch(() => undefined))?.title ?? subject
    if (kind === 'publisher') return (await catalogue.publisher(subject).catch(() => undefined))?.title ?? subject
    if (kind === 'nii') return `${subject} on the National Information Infrastructure`
    const { q } = searchOf(subject)
    return q ? `data about “${q}”` : 'a search for data'
  }

  /** Every event since the last, to everybody who follows what it is an event of, once, however the process ends. */
  const takeIn = async (source: EventSource): Promise<boolean> => {
    const from = await store.cursor(source.name)
    // What was before nobody followed, and while nobody follows, need not be read.
    if (from === undefined || (await store.countAll()) === 0) {
      const seq = await source.newest()
      if (seq !== from) await store.transaction((on) => store.setCursor(on, source.name, seq))
      return false
    }
    const { events, seq } = await source.after(from, EVENTS_AT_ONCE)
    if (seq === from) return false
    const told = await receiversOf(events)
    await store.transaction(async (on) => {
      for (const [receiver, event] of told) await store.enqueue(on, { id: newId(now().getTime()), follow: receiver, event, at: iso() })
      await store.setCursor(on, source.name, seq)
    })
    return true
  }
  const receiversOf = async (events: readonly SourceEvent[]): Promise<Array<[follow: string, event: FollowEvent]>> => {
    const told: Array<[string, FollowEvent]> = []
    const pairs = events.flatMap(({ subjects, event }) => subjects.map((subject) => ({ ...subject, event })))
    for (const [kind, of] of Map.groupBy(pairs, (pair) => pair.kind)) {
      const rows = Map.groupBy(await store.live(kind, [...new Set(of.map(({ value }) => value))]), ({ subject }) => subject)
      for (const { value, event } of of) for (const { id } of rows.get(value) ?? []) told.push([id, event])
    }
    const changed = new Set(events.flatMap(({ dataset }) => dataset ?? []))
    if (changed.size)
      for (const [query, rows] of await store.searches()) {
        const found = await foundAmong(query, changed)
        for (const { dataset, event } of events) if (dataset && found.has(dataset)) for (const { id } of rows) told.push([id, event])
      }
    return told
  }
  /** Which of these datasets a search finds: the latest changed are looked at as far as these may reach. */
  const foundAmong = async (query: string, changed: ReadonlySet<string>): Promise<Set<string>> => {
    const found = new Set<string>()
    for (let cursor: string | undefined, seen = 0; ; ) {
      const page = await catalogue.search({ ...searchOf(query), sort: 'modified', limit: SEARCH_PAGE, ...(cursor && { cursor }) })
      for (const { name } of page.items) if (changed.has(name)) found.add(name)
      seen += page.items.length
      cursor = page.next
      // Whatever changed just now is among the latest; others may have changed since the events were read.
      if (cursor === undefined || seen >= changed.size + SEARCH_PAGE) return found
    }
  }

  const send = async (row: FollowRow, due: readonly DueDelivery[]): Promise<number> => {
    if (row.channel === 'email') return sendLetter(row, due)
    let arrived = 0
    for (const delivery of due) arrived += (await post(row, delivery)) ? 1 : 0
    return arrived
  }
  const sendLetter = async (row: FollowRow, due: readonly DueDelivery[]): Promise<number> => {
    const token = opened(row.token_sealed, 'token', row.id)
    const letter = newsLetter(
      opened(row.target_sealed, 'address', row.id),
      due.map(({ event }) => event),
      linksOf(token),
    )
    const began = performance.now()
    // What a mail server says may name the address, so only its code is kept.
    const failure = await mailer.send(letter).then(
      () => undefined,
      (error: unknown) =>
        (error as { responseCode?: number; code?: string }).responseCode ?? (error as { code?: string }).code ?? 'it failed',
    )
    await note(row, due, {
      ok: failure === undefined,
      ms: Math.round(performance.now() - began),
      detail: failure === undefined ? 'Handed over' : `The mail server said ${failure}`,
    })
    return failure === undefined ? due.length : 0
  }
  const post = async (row: FollowRow, delivery: DueDelivery): Promise<boolean> => {
    const body = JSON.stringify(withConfirmation(row, delivery.event))
    const secret = opened(row.secret_sealed as Uint8Array, 'secret', row.id)
    const began = performance.now()
    const target = opened(row.target_sealed, 'address', row.id)
    const answer = await postOut(target, body, webhookHeaders(secret, delivery.id, now(), body), options.allowPrivate?.() ?? false).catch(
      (error: unknown) => (error as Error).message,
    )
    const status = typeof answer === 'number' ? answer : undefined
    const ok = status !== undefined && status >= 200 && status < 300
    const detail = status === undefined ? hideAddress(String(answer), target) : `Answered ${status}`
    await note(row, [delivery], { ok, ms: Math.round(performance.now() - began), detail, ...(status !== undefined && { status }) })
    if (status === 410) await store.remove(row.id)
    return ok
  }
  /** The address that confirms holds the token, so it is put in when the message goes out and is never kept. */
  const withConfirmation = (row: FollowRow, event: FollowEvent): FollowEvent =>
    event.type === 'follow.confirm'
      ? { ...event, data: { ...event.data, url: `${base()}/v1/follows/${opened(row.token_sealed, 'token', row.id)}/confirm` } }
      : event
  const note = async (
    row: FollowRow,
    due: readonly DueDelivery[],
    attempt: { ok: boolean; status?: number; ms: number; detail: string },
  ) => {
    for (const { id, attempts } of due) {
      const next = nextAttempt(attempts + 1, now())
      const state = attempt.ok ? 'sent' : next ? 'waiting' : 'failed'
      await store.note([id], { at: iso(), ...attempt }, { state, ...(next && { next: next.toISOString() }) })
    }
    if (attempt.ok) {
      if (row.failing_since !== null) await store.failing(row.id, null)
    } else if (row.failing_since === null) await store.failing(row.id, iso())
    else if (row.failing_since < daysAgo(GIVE_UP_DAYS)) await store.remove(row.id)
  }

  const turn = new Shared(async (): Promise<number> => {
    await store.forgetPending(daysAgo(PENDING_DAYS))
    await store.forgetDeliveries(daysAgo(KEPT_DAYS))
    for (const source of sources) while (!closing && (await takeIn(source)));
    const due = (await store.due(iso(), DUE_AT_ONCE)).entries()
    let arrived = 0
    const work = async () => {
      for (const [id, deliveries] of due) {
        const row = await store.byId(id)
        if (row && !closing) arrived += await send(row, deliveries)
      }
    }
    await Promise.all(Array.from({ length: SENT_AT_ONCE }, work))
    return arrived
  })

  return {
    follow,
    byToken: async (token) => toFollow(await demand(token)),
    confirm: async (token) => {
      const row = await demand(token)
      await store.confirm(row.id, iso())
      return toFollow(await demand(token))
    },
    stop: async (token) => {
      await store.remove((await demand(token)).id)
    },
    deliveries: async (token) => store.deliveries((await demand(token)).id),
    replay: async (token, delivery) => store.replay((await demand(token)).id, iso(), delivery),
    tend: () => turn.run(),
    close: async () => {
      closing = true
      await turn.ended()
      mailer.close()
    },
  }
}

const tooMany = () =>
  new Problem('rate-limited', { detail: 'This receiver has been asked often enough. Confirm or end what waits first.', retryAfter: 86_400 })

/** A mailbox in one form. Only the plain form is taken, so that nothing of it can be read as a header or as a second address. */
function emailOf(address: string): string {
  const text = address.trim()
  if (text.length > 254 || !/^[^\s@<>()[\],;:\\"\p{Cc}]{1,64}@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\.[a-z]{2,}$/iu.test(text))
    throw new Problem('parameter-invalid', { detail: 'This is no e-mail address.', pointer: '/address', hint: 'Such as name@example.org.' })
  const at = text.lastIndexOf('@')
  return text.slice(0, at) + text.slice(at).toLowerCase()
}

function webhookOf(address: string): string {
  const url = URL.parse(address.trim())
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password)
    throw new Problem('parameter-invalid', { detail: 'This is no http or https address.', pointer: '/address' })
  return url.href
}

/** The host stays out of what is kept of an attempt: the receiver knows it, and nobody else should. */
const hideAddress = (text: string, target: string): string =>
  [URL.parse(target)?.host, URL.parse(target)?.hostname]
    .reduce<string>((all, name) => (name ? all.replaceAll(name, 'The receiver') : all), text)
    .slice(0, 300)

export type { Subject }
