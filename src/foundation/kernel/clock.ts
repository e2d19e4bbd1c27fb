/** Where the time comes from; injected so that tests decide it. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }

/** A clock that stands at `iso` until moved by `advance`, in milliseconds. */
export function fixedClock(iso: string): Clock & { advance(ms: number): void } {
  let at = Date.parse(iso)
  return {
    now: () => new Date(at),
    advance: (ms) => {
      at += ms
    },
  }
}
