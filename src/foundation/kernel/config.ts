import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { Problem } from './problem.ts'

/** Every setting, with its default and its environment variable (`env`). docs/reference/configuration.md has a heading for each. */
export const Config = Type.Object({
  data: Type.String({ default: 'data', env: 'SIXTEEN_DATA', description: 'The data folder: everything that Sixteen keeps.' }),
  host: Type.String({ default: '127.0.0.1', env: 'SIXTEEN_HOST', description: 'The address the server listens on.' }),
  port: Type.Integer({
    minimum: 0,
    maximum: 65535,
    default: 1616,
    env: 'SIXTEEN_PORT',
    description: 'The port the server listens on; 0 takes a free one.',
  }),
  baseUrl: Type.String({
    default: '',
    env: 'SIXTEEN_BASE_URL',
    description: 'The public address in links and identifiers; by default http://host:port.',
  }),
  server: Type.String({ default: '', env: 'SIXTEEN_SERVER', description: 'The server that commands talk to, instead of a data folder.' }),
  token: Type.String({ default: '', env: 'SIXTEEN_TOKEN', description: 'The token that commands send to a server.' }),
  siteName: Type.String({ default: 'Sixteen', env: 'SIXTEEN_SITE_NAME', description: 'The product name in the header of every page.' }),
  accent: Type.String({
    default: '#0b5394',
    pattern: '^#[0-9a-fA-F]{6}$',
    env: 'SIXTEEN_ACCENT',
    description: 'The one accent colour of the pages.',
  }),
  profiles: Type.String({
    default: 'all',
    pattern: '^(all|none|[a-z0-9-]+(,[a-z0-9-]+)*)$',
    env: 'SIXTEEN_PROFILES',
    description: 'The domains that are on: all, none, or their names with commas between.',
  }),
  logLevel: Type.String({
    default: 'info',
    pattern: '^(silent|fatal|error|warn|info|debug|trace)$',
    env: 'SIXTEEN_LOG_LEVEL',
    description: 'How much is logged: silent, error, warn, info, debug or trace.',
  }),
  threads: Type.Integer({ minimum: 1, maximum: 256, default: 2, env: 'SIXTEEN_THREADS', description: 'Threads of the column engine.' }),
  columnsMemoryMb: Type.Integer({
    minimum: 64,
    default: 256,
    env: 'SIXTEEN_COLUMNS_MEMORY_MB',
    description: 'Memory bound of the column engine, in MB.',
  }),
  cacheMb: Type.Integer({ minimum: 0, default: 32, env: 'SIXTEEN_CACHE_MB', description: 'Memory for answers kept ready, in MB.' }),
  maxUploadMb: Type.Integer({
    minimum: 1,
    default: 20_000,
    env: 'SIXTEEN_MAX_UPLOAD_MB',
    description: 'The largest file taken in, in MB.',
  }),
  maxInflatedMb: Type.Integer({
    minimum: 1,
    default: 20_000,
    env: 'SIXTEEN_MAX_INFLATED_MB',
    description: 'The largest size that an archive may inflate to, in MB.',
  }),
  maxColumns: Type.Integer({ minimum: 1, default: 2_000, env: 'SIXTEEN_MAX_COLUMNS', description: 'The most columns a table may have.' }),
  maxLineMb: Type.Integer({ minimum: 1, default: 16, env: 'SIXTEEN_MAX_LINE_MB', description: 'The longest line or record read, in MB.' }),
  queryTimeoutMs: Type.Integer({
    minimum: 100,
    default: 30_000,
    env: 'SIXTEEN_QUERY_TIMEOUT_MS',
    description: 'How long a page or a grouped query may run, in milliseconds.',
  }),
  rowsMaxMb: Type.Integer({
    minimum: 0,
    default: 20_000,
    env: 'SIXTEEN_ROWS_MAX_MB',
    description: 'Disk for row files, which make look-ups and pages of big tables fast, in MB; 0 makes none.',
  }),
  rowsMinRows: Type.Integer({
    minimum: 1,
    default: 5_000,
    env: 'SIXTEEN_ROWS_MIN_ROWS',
    description: 'Rows from which a table gets a row file.',
  }),
  masterKeyFile: Type.String({
    default: '',
    env: 'SIXTEEN_MASTER_KEY_FILE',
    description: 'The file of the key that protects other keys; by default master-key in the data folder, made at the first start.',
  }),
  ledgerWitnesses: Type.String({
    default: '',
    env: 'SIXTEEN_LEDGER_WITNESSES',
    description: 'Witnesses of the log: their keys, each followed by a comma and its address where it is to be asked.',
  }),
  witnessedLogs: Type.String({
    default: '',
    env: 'SIXTEEN_WITNESSED_LOGS',
    description: 'Keys of logs of others that this server cosigns.',
  }),
  signInIssuer: Type.String({
    default: '',
    env: 'SIXTEEN_SIGN_IN_ISSUER',
    description: 'The OpenID provider where citizens sign in.',
  }),
  signInClientId: Type.String({
    default: '',
    env: 'SIXTEEN_SIGN_IN_CLIENT_ID',
    description: 'The name of this service at that provider.',
  }),
  signInKeyFile: Type.String({
    default: '',
    env: 'SIXTEEN_SIGN_IN_KEY_FILE',
    description: 'The file of the private key of this service at that provider, PEM or JWK.',
  }),
  signInKeyId: Type.String({
    default: '',
    env: 'SIXTEEN_SIGN_IN_KEY_ID',
    description: 'The id of that key, where the provider wants one.',
  }),
  signInScope: Type.String({
    default: 'openid profile email',
    env: 'SIXTEEN_SIGN_IN_SCOPE',
    description: 'What is asked of that provider about a person.',
  }),
  signInVtr: Type.String({
    default: '',
    env: 'SIXTEEN_SIGN_IN_VTR',
    description: 'How strongly that provider must have proved who signs in: a JSON array of vectors of trust.',
  }),
  staffIssuer: Type.String({
    default: '',
    env: 'SIXTEEN_STAFF_ISSUER',
    description: 'The OpenID provider where members of organisations sign in; by default that of citizens.',
  }),
  staffClientId: Type.String({
    default: '',
    env: 'SIXTEEN_STAFF_CLIENT_ID',
    description: 'The name of this service at that provider.',
  }),
  staffKeyFile: Type.String({
    default: '',
    env: 'SIXTEEN_STAFF_KEY_FILE',
    description: 'The file of the private key of this service at that provider, PEM or JWK.',
  }),
  developmentSignIn: Type.Boolean({
    default: true,
    env: 'SIXTEEN_DEVELOPMENT_SIGN_IN',
    description: 'Whether invented people may sign in while no provider is set and the server is reached from this machine alone.',
  }),
  smtpUrl: Type.String({
    default: '',
    env: 'SIXTEEN_SMTP_URL',
    description:
      'The mail server that letters go out by, such as smtps://user:password@mail.example; without it letters become files in the data folder.',
  }),
  mailFrom: Type.String({
    default: 'Sixteen <no-reply@localhost>',
    env: 'SIXTEEN_MAIL_FROM',
    description: 'Who letters are from.',
  }),
  linkChecks: Type.Boolean({
    default: true,
    env: 'SIXTEEN_LINK_CHECKS',
    description: 'Whether a running server looks, now and then, whether the links of datasets still lead somewhere.',
  }),
  actorAtOnce: Type.Integer({
    minimum: 0,
    default: 100,
    env: 'SIXTEEN_ACTOR_AT_ONCE',
    description: 'Requests of one token or network address answered at once, answers kept ready not counted; 0 for no bound.',
  }),
  actorPerSecond: Type.Integer({
    minimum: 0,
    default: 0,
    env: 'SIXTEEN_ACTOR_PER_SECOND',
    description: 'Requests a second of one token or network address, answers kept ready not counted; 0 for no bound.',
  }),
  maxQueries: Type.Integer({
    minimum: 1,
    default: 32,
    env: 'SIXTEEN_MAX_QUERIES',
    description: 'Queries that may wait for the column engine before the server answers busy.',
  }),
})
export type Config = Static<typeof Config>

/** Settings of a command line or a test, over the environment, over the defaults. */
export type ConfigOverrides = Partial<Config>

/**
 * The whole configuration from environment variables and overrides.
 *
 * @throws {Problem} configuration-invalid naming the setting that cannot be read.
 */
export function readConfig(env: Record<string, string | undefined> = {}, overrides: ConfigOverrides = {}): Config {
  const config: Record<string, unknown> = {}
  for (const [key, schema] of Object.entries(Config.properties)) {
    const text = env[(schema as { env?: string }).env ?? '']
    const given =
      (overrides as Record<string, unknown>)[key] ?? (text === '' ? undefined : text) ?? (schema as { default?: unknown }).default
    const value = Value.Convert(schema, given)
    if (!Value.Check(schema, value)) throw invalid(key, schema, given)
    config[key] = value
  }
  return config as Config
}

function invalid(key: string, schema: object, given: unknown): Problem {
  const env = (schema as { env?: string }).env
  return new Problem('configuration-invalid', {
    detail: `${env} (${key}) cannot be ${JSON.stringify(given)}.`,
    pointer: `/${key}`,
    hint: (schema as { description?: string }).description,
  })
}
