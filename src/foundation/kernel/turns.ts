/** Work by key: of one key one piece after another, whatever became of the one before; keys do not wait for each other. */
export class Turns<Key> {
  readonly #last = new Map<Key, Promise<unknown>>()

  /** Does the work when all that came before it under this key has ended. */
  take<T>(key: Key, work: () => Promise<T> | T): Promise<T> {
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(work, work)
    this.#last.set(key, turn)
    const ended = () => {
      if (this.#last.get(key) === turn) this.#last.delete(key)
    }
    turn.then(ended, ended)
    return turn
  }
}

/** The work, of which there is one at a time: whoever asks while it is under way gets what that one answers. */
export class Shared<T> {
  readonly #work: () => Promise<T>
  #current: Promise<T> | undefined

  constructor(work: () => Promise<T>) {
    this.#work = work
  }

  run(): Promise<T> {
    this.#current ??= this.#work().finally(() => {
      this.#current = undefined
    })
    return this.#current
  }

  /** Resolves when none is under way, whatever became of it. */
  async ended(): Promise<void> {
    await this.#current?.catch(() => {})
  }
}
