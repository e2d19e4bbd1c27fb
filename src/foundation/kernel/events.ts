/**
 * A typed event bus inside the process: facts travel upward through it, so that lower areas know nothing of their listeners.
 * Listeners run after the fact is committed; one that throws is reported to `onError` and does not stop the others.
 */
export class Events<Map extends object> {
  #listeners = new Map<keyof Map, Set<(payload: never) => void | Promise<void>>>()
  #onError: (error: unknown, event: string) => void

  #around: <T>(work: () => T) => T

  /** `around` runs every listener: what holds for whoever caused a fact need not hold for those who hear of it. */
  constructor(onError: (error: unknown, event: string) => void = () => {}, around: <T>(work: () => T) => T = (work) => work()) {
    this.#onError = onError
    this.#around = around
  }

  /** Registers a listener; the returned function takes it away again. */
  on<Name extends keyof Map>(name: Name, listener: (payload: Map[Name]) => void | Promise<void>): () => void {
    const set = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, set)
    set.add(listener as (payload: never) => void)
    return () => set.delete(listener as (payload: never) => void)
  }

  emit<Name extends keyof Map>(name: Name, payload: Map[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        Promise.resolve(this.#around(() => listener(payload as never))).catch((error) => this.#onError(error, String(name)))
      } catch (error) {
        this.#onError(error, String(name))
      }
    }
  }
}

/** Facts that areas tell each other. Each names ids, never personal data. */
export interface SixteenEvents {
  'dataset-changed': { dataset: string; publisher: string }
  'dataset-deleted': { dataset: string; publisher: string }
  'grant-revoked': { grant: string; client: string | null; dataset: string }
  'publisher-changed': { publisher: string }
  /** Who sees a dataset, or which of its columns, is not as it was. */
  'visibility-changed': { dataset: string; publisher: string }
  'version-published': { dataset: string; publisher: string; distribution: string; version: string; rows: number; ms: number }
}

export type SixteenBus = Events<SixteenEvents>
