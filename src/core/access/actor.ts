/**
 * Who makes a request. `operator`: whoever can read the data folder. `publisher`: the holder of one of a publisher's tokens. `citizen`: a person
 * signed in, by the platform's own identifier of theirs, which leaves it for nobody. `member`: a person of an organisation that uses the APIs,
 * in the developer hub. `client`: an application with an access token, bound to it where its data are personal; `grant` is what a citizen
 * allowed, and missing where the application acts for itself. `application`: one that shows a mere secret, which tells who asks and opens no
 * person's records.
 */
export type Actor =
  | { kind: 'public' }
  | { kind: 'publisher'; publisher: string; token: string }
  | { kind: 'operator' }
  | { kind: 'citizen'; person: string; session: string }
  | { kind: 'member'; person: string; session: string }
  | { kind: 'application'; client: string; organisation: string }
  | { kind: 'client'; client: string; organisation: string; grant?: string }

/** How an actor is named in a history: a publisher by its name, everybody else by what they are. */
export const actorName = (actor: Actor): string => (actor.kind === 'publisher' ? actor.publisher : actor.kind)

export const publicActor: Actor = { kind: 'public' }
