import { AsyncLocalStorage } from 'node:async_hooks'

const acting = new AsyncLocalStorage<string>()

/** Who acts now, as histories name them: the one gate says so for a request; what the server does by itself is done by `server`. */
export const whoActs = (): string => acting.getStore() ?? 'server'

/** Runs `work`, and everything that is awaited in it, in this name. */
export const actingAs = <T>(name: string, work: () => T): T => acting.run(name, work)
