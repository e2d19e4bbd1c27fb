import { join } from 'node:path'
import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import type { Client, ClientKey, ClientSecret, Subscription, UsageDay } from './model.ts'

interface ClientRow extends Omit<Client, 'redirectUris' | 'ipAllow'> {
  redirectUris: string
  ipAllow: string
}

const columns = `id, organisation, name, environment, state, redirect_uris as "redirectUris", jwks_uri as "jwksUri", logout_uri as "logoutUri",
  ip_allow as "ipAllow", rate_tier as "rateTier", created`

/** Tables of applications. Prepared once: they are read with every request that carries a token. */
export function clientStore(store: Store) {
  store.migrate('clients', join(import.meta.dirname, 'migrations'))
  const { raw } = store
  const insert = raw.prepare(
    'insert into client (id, organisation, name, environment, state, redirect_uris, jwks_uri, logout_uri, ip_allow, rate_tier, created) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const update = raw.prepare(
    "update client set name = ?, environment = ?, state = ?, redirect_uris = ?, jwks_uri = ?, logout_uri = ?, ip_allow = ?, rate_tier = ? where id = ? and state <> 'deleted'",
  )
  const byId = raw.prepare(`select ${columns} from client where id = ? and state <> 'deleted'`)
  const ofOrganisation = raw.prepare(`select ${columns} from client where organisation = ? and state <> 'deleted' order by created`)
  const liveKeys = raw.prepare(
    'select id, name, jwk, created, ends from client_key where client = ? and revoked is null and (ends is null or ends > ?) order by created',
  )
  const insertKey = raw.prepare('insert into client_key (id, client, name, jwk, created, ends) values (?, ?, ?, ?, ?, ?)')
  const revokeKey = raw.prepare('update client_key set revoked = ? where client = ? and id = ? and revoked is null')
  const liveSecrets = raw.prepare(
    'select id, name, created, ends from client_secret where client = ? and revoked is null and (ends is null or ends > ?) order by created',
  )
  const insertSecret = raw.prepare('insert into client_secret (id, client, name, secret_hash, created, ends) values (?, ?, ?, ?, ?, ?)')
  const revokeSecret = raw.prepare('update client_secret set revoked = ? where client = ? and id = ? and revoked is null')
  const bySecret = raw.prepare('select client from client_secret where secret_hash = ? and revoked is null and (ends is null or ends > ?)')
  const subscribe = raw.prepare(
    `insert into subscription (client, api, state, answers, asked, decided) values (?, ?, ?, ?, ?, ?)
     on conflict (client, api) do update set state = excluded.state, answers = excluded.answers, asked = excluded.asked, decided = excluded.decided, reason = null
     where subscription.state = 'refused'`,
  )
  const decide = raw.prepare(
    "update subscription set state = ?, reason = ?, decided = ?, decided_by = ? where client = ? and api = ? and state = 'asked'",
  )
  const unsubscribe = raw.prepare('delete from subscription where client = ? and api = ?')
  const subscriptions = raw.prepare(
    'select client, api, state, reason, answers, asked, decided from subscription where client = ? order by api',
  )
  const asked = raw.prepare(
    "select client, api, state, reason, answers, asked, decided from subscription where state = 'asked' order by asked limit 1000",
  )
  const count = raw.prepare(
    `insert into client_usage (client, day, api, requests, refused, failed) values (?, ?, ?, ?, ?, ?)
     on conflict (client, day, api) do update set requests = requests + excluded.requests, refused = refused + excluded.refused, failed = failed + excluded.failed`,
  )
  const usage = raw.prepare(
    'select day, api, requests, refused, failed from client_usage where client = ? order by day desc, api limit 500',
  )
  const read = (row: unknown): Client | undefined => {
    const found = row as ClientRow | undefined
    return found && { ...found, redirectUris: JSON.parse(found.redirectUris) as string[], ipAllow: JSON.parse(found.ipAllow) as string[] }
  }
  return {
    insert: (client: Client) => void insert.run(client.id, client.organisation, ...changeable(client), client.created),
    update: (client: Client) => update.run(...changeable(client), client.id).changes === 1,
    byId: (id: string) => read(byId.get(id)),
    ofOrganisation: (organisation: string) => ofOrganisation.all(organisation).map((row) => read(row)!),
    keys: (client: string, now: string): ClientKey[] =>
      (liveKeys.all(client, now) as unknown as Array<Omit<ClientKey, 'jwk'> & { jwk: string }>).map((row) => ({
        ...row,
        jwk: JSON.parse(row.jwk),
      })),
    insertKey: (client: string, key: ClientKey) =>
      void insertKey.run(key.id, client, key.name, JSON.stringify(key.jwk), key.created, key.ends),
    revokeKey: (client: string, id: string, at: string) => revokeKey.run(at, client, id).changes === 1,
    secrets: (client: string, now: string) => liveSecrets.all(client, now) as unknown as ClientSecret[],
    insertSecret: (client: string, secret: ClientSecret, hash: string) =>
      void insertSecret.run(secret.id, client, secret.name, hash, secret.created, secret.ends),
    revokeSecret: (client: string, id: string, at: string) => revokeSecret.run(at, client, id).changes === 1,
    bySecret: (hash: string, now: string) => (bySecret.get(hash, now) as { client: string } | undefined)?.client,
    subscribe: (client: string, api: string, state: Subscription['state'], answers: string | null, at: string) =>
      subscribe.run(client, api, state, answers, at, state === 'asked' ? null : at).changes === 1,
    decide: (client: string, api: string, state: 'approved' | 'refused', reason: string | null, at: string, by: string) =>
      decide.run(state, reason, at, by, client, api).changes === 1,
    unsubscribe: (client: string, api: string) => unsubscribe.run(client, api).changes === 1,
    subscriptions: (client: string) => subscriptions.all(client) as unknown as Subscription[],
    asked: () => asked.all() as unknown as Subscription[],
    count: (client: string, { day, api, requests, refused, failed }: UsageDay) =>
      void count.run(client, day, api, requests, refused, failed),
    usage: (client: string) => usage.all(client) as unknown as UsageDay[],
  }
}

/** What may change of an application, in the order of the statements that write it. */
function changeable({ name, environment, state, redirectUris, jwksUri, logoutUri, ipAllow, rateTier }: Client) {
  return [name, environment, state, JSON.stringify(redirectUris), jwksUri, logoutUri, JSON.stringify(ipAllow), rateTier] as const
}
