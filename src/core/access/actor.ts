/**
 * Who makes a request. `operator`: whoever can read the data folder. `publisher`: the holder of one of a publisher's tokens.
 */
export type Actor = { kind: 'public' } | { kind: 'publisher'; publisher: string; token: string } | { kind: 'operator' }

export const publicActor: Actor = { kind: 'public' }
