import { AsyncLocalStorage } from 'node:async_hooks'
import type { Actor } from '../actor.ts'

/** Who looks: what of an actor decides which datasets and columns there are for it. */
export interface Viewer {
  /** The operator, and the server in what it does by itself for everybody's data. */
  everything: boolean
  /** Publishers that it acts for. */
  publishers: readonly string[]
  /** Whether it accepted the licence of a dataset and was let in. */
  licensed(dataset: string): boolean
}

/** Anybody. */
export const publicViewer: Viewer = { everything: false, publishers: [], licensed: () => false }
const serverViewer: Viewer = { everything: true, publishers: [], licensed: () => true }

const viewing = new AsyncLocalStorage<Viewer>()

/**
 * Whoever looks now. The one gate says so for a request and everything that is awaited in it; where nobody has said, it is anybody, so
 * that work which forgot to say for whom it reads is shown too little, never too much.
 */
export const currentViewer = (): Viewer => viewing.getStore() ?? publicViewer

/** Runs `work` as what this viewer sees. */
export const viewAs = <T>(viewer: Viewer, work: () => T): T => viewing.run(viewer, work)

/** Runs `work` as anybody, whoever asked for it: for what is kept and shown to all. */
export const viewAsAnybody = <T>(work: () => T): T => viewing.run(publicViewer, work)

/** Runs `work` with everything in sight: for what the server does by itself and shows to nobody. */
export const viewAsServer = <T>(work: () => T): T => viewing.run(serverViewer, work)

/** What is read bit by bit later, read as what whoever looks now sees: a stream goes on when the request has been answered. */
export function keepView<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  const run = AsyncLocalStorage.snapshot()
  const iterator = items[Symbol.asyncIterator]()
  const next = () => run(() => iterator.next())
  return (async function* () {
    try {
      for (let item = await next(); !item.done; item = await next()) yield item.value
    } finally {
      await iterator.return?.()
    }
  })()
}

/** Bodies behind actors, as the access area knows them. */
export interface Bodies {
  /** The publisher that an organisation is, where the operator has said so. */
  publisherOf(organisation: string): string | null
  /** Publishers whose member a person is. */
  publishersOf(person: string): string[]
  /** Whether an application was let in to a dataset whose licence it accepted. */
  isLicensed(client: string, dataset: string): boolean
}

/** What an actor sees. */
export function viewerOf(actor: Actor, bodies: Bodies): Viewer {
  switch (actor.kind) {
    case 'operator':
      return serverViewer
    case 'publisher':
      return { ...publicViewer, publishers: [actor.publisher] }
    case 'member':
      return { ...publicViewer, publishers: bodies.publishersOf(actor.person) }
    case 'application':
    case 'client': {
      const publisher = bodies.publisherOf(actor.organisation)
      const licensed = (dataset: string) => bodies.isLicensed(actor.client, dataset)
      return { everything: false, publishers: publisher === null ? [] : [publisher], licensed }
    }
    default:
      return publicViewer
  }
}

/**
 * The same services for anybody, whoever calls: what they give may be kept and shown to all. Methods are run as anybody; members that
 * are no methods are left as they are.
 */
export function forAnybody<T extends object>(services: T): T {
  return new Proxy(services, {
    get: (target, name, receiver) => {
      const member: unknown = Reflect.get(target, name, receiver)
      if (typeof member !== 'function') return member
      return (...given: unknown[]) => viewAsAnybody(() => Reflect.apply(member, target, given))
    },
  })
}
