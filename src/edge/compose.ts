import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import pino from 'pino'
import { subscriptionRoutes } from '../core/access/clients/routes.ts'
import { shareCodeRoutes } from '../core/access/codes/routes.ts'
import { credentialRoutes } from '../core/access/credentials/routes.ts'
import { erasureRoutes } from '../core/access/erasure/routes.ts'
import { exportRoutes } from '../core/access/export/routes.ts'
import { grantRoutes } from '../core/access/grants/routes.ts'
import {
  type AccessControl,
  type Actor,
  type Consent,
  demandPublisher,
  forAnybody,
  openAccess,
  openConsent,
  openMasterKey,
  openSignIn,
  passGate,
  type RecordService,
  readWitnesses,
  recordGiver,
  type SignInService,
  viewAsAnybody,
  viewAsServer,
} from '../core/access/index.ts'
import { ledgerRoutes } from '../core/access/ledger/routes.ts'
import { developmentIdentityRoutes } from '../core/access/people/routes.ts'
import { lawfulRoutes } from '../core/access/records/lawful/routes.ts'
import { recordRoutes } from '../core/access/records/routes.ts'
import { accessRoutes } from '../core/access/routes.ts'
import { serverRoutes } from '../core/access/server/routes.ts'
import { trackerRoutes } from '../core/access/tracker/routes.ts'
import { witnessRoutes } from '../core/access/witnesses/routes.ts'
import { actorOf, ckanRoutes } from '../core/catalogue/ckan/routes.ts'
import { feedRoutes } from '../core/catalogue/feeds/routes.ts'
import { historyRoutes } from '../core/catalogue/history/routes.ts'
import { type Catalogue, openCatalogue, openServices, type Services } from '../core/catalogue/index.ts'
import { catalogueRoutes } from '../core/catalogue/routes.ts'
import { seriesRoutes } from '../core/catalogue/series/routes.ts'
import { serviceRoutes } from '../core/catalogue/services/routes.ts'
import { visibilityRoutes } from '../core/catalogue/visibility/routes.ts'
import { openBindings } from '../core/datastore/bindings/index.ts'
import { datastoreActions } from '../core/datastore/faces/ckan-datastore/actions.ts'
import { dumpRoutes } from '../core/datastore/faces/ckan-datastore/routes.ts'
import { type Datastore, openDatastore } from '../core/datastore/index.ts'
import { datastoreRoutes } from '../core/datastore/routes.ts'
import { catalogueEvents, type Following, openFollowing, openMailer } from '../core/following/index.ts'
import { followRoutes } from '../core/following/routes.ts'
import { type Harvest, openHarvest } from '../core/harvest/index.ts'
import { harvestRoutes } from '../core/harvest/routes.ts'
import { type Links, openLinks } from '../core/links/index.ts'
import { linkRoutes } from '../core/links/routes.ts'
import type { Draft, DraftReview, Profile } from '../core/profile-kit.ts'
import { openQuality, type Quality } from '../core/quality/index.ts'
import { qualityRoutes } from '../core/quality/routes.ts'
import { openRegisters, type Registers, TEND_MS } from '../core/registers/index.ts'
import { registerRoutes } from '../core/registers/routes.ts'
import { type Nii, openNii, openProgress, openStandards, type Progress, type Standards } from '../core/steering/index.ts'
import { niiRoutes } from '../core/steering/nii/routes.ts'
import { progressRoutes } from '../core/steering/progress/routes.ts'
import { standardRoutes } from '../core/steering/standards/routes.ts'
import { type Columns, openColumns } from '../foundation/engines/duckdb/index.ts'
import { openObjects } from '../foundation/engines/files/index.ts'
import { fetchOut } from '../foundation/engines/outgoing/index.ts'
import { openStore, takeLock } from '../foundation/engines/sqlite/index.ts'
import {
  type Clock,
  type Config,
  type ConfigOverrides,
  Events,
  newSecret,
  Problem,
  readConfig,
  type SixteenEvents,
  systemClock,
} from '../foundation/kernel/index.ts'
import { profiles } from '../profiles/index.ts'
import { listEvents } from './followed.ts'
import { tellSearch } from './found.ts'
import { answerCache } from './http/answer-cache.ts'
import { buildServer } from './http/server.ts'
import { mcpRoutes } from './mcp/routes.ts'
import { ownApis } from './own-apis.ts'
import { webPages } from './web/index.ts'

// Rows in flight live for a moment. Left to itself the engine makes room for ever more of them before it clears any away, a quarter of a
// gigabyte while a large table is exported; so the young generation stays as it begins.
setFlagsFromString('--semi-space-growth-factor=1')

/** The areas over one data folder, without a server. */
export interface Sixteen {
  config: Config
  catalogue: Catalogue
  datastore: Datastore
  access: AccessControl
  consent: Consent
  progress: Progress
  nii: Nii
  harvest: Harvest
  links: Links
  quality: Quality
  following: Following
  standards: Standards
  services: Services
  registers: Registers
  columns: Columns
  /** What each domain says of a file before it is published. */
  review(draft: Draft, rows: AsyncIterable<string[]>): Promise<DraftReview[]>
  /** Resolves when the profiles have no work in the background left. */
  settled(): Promise<void>
  /** Starts serving; the answer is the address. */
  listen(): Promise<string>
  app(): Promise<FastifyInstance>
  close(): Promise<void>
}

/** The configuration of this process: what a command usually takes, over that the environment, over that the command line. */
export function configure(overrides: ConfigOverrides = {}, usual: Record<string, string> = {}): Config {
  return readConfig({ ...usual, ...process.env }, overrides)
}

/** Where a running server writes how to reach it, readable by whoever may read the data folder. */
const SERVER_FILE = 'server.json'

/** How to reach the server that holds a data folder. */
export interface HeldBy {
  address: string
  /** Makes its bearer the operator. */
  secret: string
  pid: number
}

/**
 * Opens a data folder for this process alone. `records` are record services beside those of the profiles.
 *
 * @throws {Problem} data-folder-in-use when another process holds it.
 */
export async function openSixteen(config: Config, options: { clock?: Clock; records?: readonly RecordService[] } = {}): Promise<Sixteen> {
  const folder = resolve(config.data)
  await mkdir(folder, { recursive: true })
  const release = takeLock(join(folder, 'lock.sqlite'))
  if (!release)
    throw new Problem('data-folder-in-use', {
      detail: `Another process holds ${config.data}.`,
      hint: 'Commands reach it through its server by themselves; a second server needs another --data.',
    })
  const clock = options.clock ?? systemClock
  const log = pino({ level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2))
  const events = new Events<SixteenEvents>(
    (error, event) => log.error({ event: 'listener-failed', name: event, err: error }),
    viewAsAnybody,
  )
  const store = openStore(join(folder, 'store.sqlite'))
  const registerStore = openStore(join(folder, 'registers.sqlite'))
  const columns = await openColumns({ folder, threads: config.threads, memoryMb: config.columnsMemoryMb, maxWaiting: config.maxQueries })
  const objects = await openObjects(join(folder, 'objects'))
  const secret = newSecret('operator')
  const accessStore = openStore(join(folder, 'access.sqlite'))
  const master = openMasterKey(config.masterKeyFile || join(folder, 'master-key'))
  let app: FastifyInstance | undefined
  let address = config.baseUrl
  const base = () => config.baseUrl || address
  // Loses a moment with the power, of what counts for a minute.
  const replays = openStore(join(folder, 'replays.sqlite'), 'normal')
  const access = openAccess({
    store,
    accessStore,
    replayStore: replays,
    master,
    clock,
    base,
    operatorSecret: secret,
    consent: () => consent,
    fetch: fetchKeys(isLoopback(base)),
  })
  const signIn = await signInFrom(config, access, base)
  const catalogue = openCatalogue({ store, clock, events })
  const registers = openRegisters({ store: registerStore, clock })
  const datastore = await openDatastore({
    store,
    columns,
    objects,
    catalogue,
    clock,
    events,
    config: { ...config, data: folder },
    // The list stands above the datastore; what it promises holds for it all the same.
    demandNotice: (dataset) => nii.demandNotice(dataset),
    resolveCodes: (manifest, request) => bindings.resolve(manifest, request),
    onFailure: (error, manifest) =>
      log.error({ event: 'row-file-failed', dataset: manifest.dataset, version: manifest.version, err: error }),
  })
  // What these keep is shown to all, so they see what all see, whoever asks first.
  const open = { catalogue: forAnybody(catalogue), datastore: forAnybody(datastore) }
  const bindings = openBindings({ registers, datastore })
  const binding = inTurn(log)
  events.on('version-published', ({ dataset, distribution }) =>
    binding.add(() => viewAsAnybody(() => bindings.bind(dataset, distribution))),
  )
  events.on('dataset-deleted', ({ dataset }) => void registers.changes.forgetUses(dataset))
  events.on('visibility-changed', async ({ dataset }) => {
    await registers.changes.forgetUses(dataset)
    const { distributions } = await open.catalogue.dataset(dataset)
    for (const { name } of distributions) binding.add(() => viewAsAnybody(() => bindings.bind(dataset, name)))
  })
  events.on('version-published', (fact) => log.info({ event: 'version-published', ...fact }))
  const timers: NodeJS.Timeout[] = []
  const attempt = (failure: string, work: () => Promise<unknown>) =>
    void work().catch((error: unknown) => log.error({ event: failure, err: error }))
  const every = (ms: number, failure: string, work: () => Promise<unknown>) =>
    timers.push(setInterval(() => attempt(failure, work), ms).unref())
  const progress = openProgress({
    store,
    catalogue: open.catalogue,
    base,
    serves: (path) => app?.hasRoute({ method: 'GET', url: path }) ?? false,
  })

  const harvest = openHarvest({
    store,
    catalogue,
    clock,
    failed: (source, error) => log.error({ event: 'harvest-failed', source, err: error }),
  })
  const links = openLinks({ store, catalogue: open.catalogue, clock, events, allowPrivate: isLoopback(base) })
  const quality = openQuality({ store, catalogue: open.catalogue, links, registers, clock, events })
  const standards = openStandards({
    store,
    catalogue: open.catalogue,
    registers,
    clock,
    events,
    rowsOf: (dataset) => viewAsAnybody(() => textsOf(datastore, dataset)),
  })
  const began = clock.now().toISOString()
  const services = openServices({
    store,
    catalogue: open.catalogue,
    clock,
    own: () =>
      ownApis({
        base: base(),
        publisher: 'this-service',
        modified: began,
        hasRoute: (url) => app?.hasRoute({ method: url === '/mcp' ? 'POST' : 'GET', url }) ?? false,
      }),
  })
  const nii = openNii({
    store,
    catalogue: open.catalogue,
    registers,
    clock,
    base,
    stars: (datasets) => quality.stars(datasets),
    ask: async (path) => (await app?.inject(path))?.statusCode ?? 503,
  })

  const following = openFollowing({
    store,
    catalogue: open.catalogue,
    master,
    mailer: openMailer({ url: config.smtpUrl, from: config.mailFrom, folder: join(folder, 'mail') }),
    clock,
    base,
    siteName: config.siteName,
    sources: [catalogueEvents(open.catalogue, base), listEvents(nii, base)],
    demandEntry: async (id) => void (await nii.entry(id)),
    allowPrivate: isLoopback(base),
  })

  const failed = (what: string, error: unknown) => log.error({ event: 'profile-failed', profile: what, err: error })
  const domains = chosenProfiles(config.profiles).map((profile) => ({
    profile,
    opened: profile.open({ ...open, events, clock, base, failed }),
  }))

  const consent = openConsent({
    folder,
    host: config.baseUrl ? new URL(config.baseUrl).host : config.host,
    services: [...(options.records ?? []), ...domains.flatMap(({ opened }) => opened.records ?? [])],
    clock,
    events,
    organisationName: (organisation) => access.organisations.find(organisation)?.name ?? organisation,
    witnesses: readWitnesses(config.ledgerWitnesses),
    witnessedLogs: config.witnessedLogs.split(/\s+/).filter(Boolean),
    fetch: fetchKeys(isLoopback(base)),
  })

  const review = async (draft: Draft, rows: AsyncIterable<string[]>): Promise<DraftReview[]> => {
    const reviewers = domains.flatMap(({ profile }) => profile.review ?? [])
    const [first] = reviewers
    if (!first) return []
    // Rows can be read once; the first domain that knows the file has them.
    const said = await first(draft, rows)
    return said ? [said] : []
  }

  const build = async () => {
    const web = webPages({
      review,
      catalogue,
      datastore,
      progress,
      nii,
      harvest,
      links,
      quality,
      following,
      standards,
      services,
      access,
      signIn,
      consent,
      registers,
      demandOwner,
      config,
      base,
      domains: domains.flatMap(({ opened }) => opened.pages ?? []),
      explore: [
        {
          title: 'National Information Infrastructure',
          summary: 'The data that the nation relies on, and whether what was promised of it is kept.',
          href: '/nii',
        },
        { title: 'APIs', summary: 'Of departments, of third parties and of this service, with what each needs.', href: '/apis' },
        { title: 'Data standards', summary: 'What columns a kind of data has, and a check of your own file.', href: '/standards' },
        ...domains.flatMap(({ profile: { title, summary }, opened }) =>
          opened.pages?.[0] ? [{ title, summary, href: opened.pages[0].path }] : [],
        ),
      ],
    })
    app ??= await buildServer({
      config,
      log,
      access,
      catalogue,
      base,
      answers: answerCache(events, config.cacheMb * 1e6),
      problemPage: web.problemPage,
      plugins: [
        web.plugin,
        developmentIdentityRoutes({ signIn, base }),
        serverRoutes({ access, grants: consent.grants, base }),
        subscriptionRoutes({ access, services: consent.services, licensor: (dataset) => catalogue.licensor(dataset) }),
        accessRoutes({ access, publisherExists: (name) => catalogue.publisher(name) }),
        grantRoutes(consent),
        shareCodeRoutes({ ...consent, base }),
        recordRoutes({ ...consent, base }),
        lawfulRoutes({ ...consent, base, standing: standingIn(access) }),
        ledgerRoutes(consent),
        exportRoutes({ ...consent, clock }),
        erasureRoutes(consent),
        credentialRoutes({ ...consent, base }),
        witnessRoutes(consent),
        trackerRoutes(consent),
        catalogueRoutes({ catalogue, base, removeData: (transaction, dataset) => datastore.removeData(transaction, dataset) }),
        historyRoutes({ catalogue }),
        seriesRoutes({ catalogue }),
        visibilityRoutes({ catalogue }),
        feedRoutes({ catalogue, base, siteTitle: config.siteName }),
        ckanRoutes({
          catalogue,
          base,
          access,
          siteTitle: config.siteName,
          actions: datastoreActions(datastore),
          removeData: (transaction, dataset) => datastore.removeData(transaction, dataset),
          removeTable: (dataset, table) => datastore.dropTable(dataset, table),
        }),
        dumpRoutes({ datastore, catalogue, viewer: async (request) => access.viewerOf(await actorOf(request, access)) }),
        datastoreRoutes({ datastore, bindings, catalogue, objects, events, base, frame: web.frame }),
        progressRoutes({ progress, demandDepartment: demandPublisher }),
        harvestRoutes({ harvest, base }),
        linkRoutes({ links, catalogue }),
        qualityRoutes({ quality }),
        followRoutes({ following }),
        serviceRoutes({ services, catalogue, base }),
        mcpRoutes,
        standardRoutes({ standards, catalogue: open.catalogue, demand: (actor, publisher) => demandOwner(actor, publisher ?? null) }),
        niiRoutes({ nii, catalogue: open.catalogue, base, demand: (actor, publisher) => demandOwner(actor, publisher ?? null) }),
        ...domains.flatMap(({ opened }) => (opened.recordRoutes ? [opened.recordRoutes(recordGiver(consent)) as FastifyPluginAsync] : [])),
        ...domains.flatMap(({ opened }) => (opened.routes ? [opened.routes as FastifyPluginAsync] : [])),
        registerRoutes({ registers, base, clock, demandOwner, maxBytes: config.maxUploadMb * 1e6 }),
      ],
    })
    return app
  }

  return {
    config,
    catalogue,
    datastore,
    access,
    consent,
    progress,
    nii,
    harvest,
    links,
    quality,
    following,
    standards,
    services,
    registers,
    columns,
    app: build,
    review,
    settled: async () => {
      for (const { opened } of domains) await opened.settled()
    },
    listen: async () => {
      const server = await build()
      address = await server.listen({ host: config.host, port: config.port })
      await writeFile(join(folder, SERVER_FILE), JSON.stringify({ address, secret, pid: process.pid } satisfies HeldBy), { mode: 0o600 })
      if (timers.length === 0) {
        every(TEND_MS, 'access-not-tidied', async () => access.tidy())
        every(WITNESS_MS, 'witnesses-not-asked', async () => {
          for (const { witness, reason } of await consent.witnesses.ask()) log.warn({ event: 'not-cosigned', witness, reason })
        })
        every(TEND_MS, 'registers-not-tended', () => tendRegisters(registers, log))
        every(TEND_MS, 'harvest-not-tended', () => viewAsServer(() => harvest.tend()))
        if (config.linkChecks) every(LINKS_MS, 'links-not-checked', () => links.tend())
        every(FOLLOWING_MS, 'followers-not-told', () => following.tend())
        const judge = async () => {
          await quality.tend()
          await tellSearch(catalogue, quality, nii)
        }
        every(QUALITY_MS, 'quality-not-tended', judge)
        // Whoever started the server looks at a page first.
        const begin = () => {
          for (const { opened } of domains) void opened.catchUp()
          attempt('quality-not-tended', judge)
        }
        timers.push(setTimeout(begin, CATCH_UP_MS).unref())
        every(PROBE_MS, 'list-not-probed', async () => log.info({ event: 'list-probed', asked: await nii.probe() }))
      }
      return address
    },
    close: async () => {
      for (const timer of timers) clearInterval(timer)
      await app?.close()
      await harvest.close()
      await links.close()
      await following.close()
      await binding.ended()
      for (const { opened } of domains) await opened.close()
      await rm(join(folder, SERVER_FILE), { force: true })
      await datastore.close()
      columns.close()
      await consent.close()
      await registerStore.close()
      await accessStore.close()
      await replays.close()
      await store.close()
      release()
    },
  }
}

/** What the law's applications are: publishers approve live ones, so a sandbox is never one of them. */
function standingIn({ clients, organisations }: AccessControl) {
  return (client: string, organisation: string, dataset: string) => {
    const found = clients.running(client)
    const approved = found?.environment === 'live' && found.services.includes(dataset)
    return { kind: organisations.find(organisation)?.kind ?? '', approved }
  }
}

/** What applications name is fetched outside private networks, on a machine of development also on it. */
function fetchKeys(allowPrivate: () => boolean) {
  return (url: string | URL, options: RequestInit) => fetchOut(url, options, allowPrivate())
}

const isLoopback = (base: () => string) => () => /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|\/|$)/.test(base())

/** @throws {Problem} configuration-invalid when a file of a key cannot be read. */
async function signInFrom(config: Config, access: AccessControl, base: () => string): Promise<SignInService> {
  const { signInKeyId: kid, signInVtr: vtr, signInScope: scope } = config
  const key = (path: string) =>
    path === ''
      ? ''
      : readFile(path, 'utf8').catch(() => {
          throw new Problem('configuration-invalid', { detail: `The key file ${path} cannot be read.`, pointer: '/signInKeyFile' })
        })
  const citizens = { issuer: config.signInIssuer, clientId: config.signInClientId, key: await key(config.signInKeyFile), kid, vtr, scope }
  const members = {
    issuer: config.staffIssuer,
    clientId: config.staffClientId,
    key: await key(config.staffKeyFile),
    kid: '',
    vtr: '',
    scope: 'openid profile email',
  }
  return openSignIn({ people: access.people, base, host: config.host, citizens, members, development: config.developmentSignIn })
}

/** @throws {Problem} configuration-invalid for a name that no profile has. */
function chosenProfiles(names: string): readonly Profile[] {
  if (names === 'all') return profiles
  if (names === 'none') return []
  return names.split(',').map((name) => {
    const found = profiles.find((profile) => profile.name === name)
    if (!found)
      throw new Problem('configuration-invalid', {
        detail: `SIXTEEN_PROFILES names ${JSON.stringify(name)}, which no profile has.`,
        pointer: '/profiles',
        hint: `Profiles: ${profiles.map((profile) => profile.name).join(', ')}`,
      })
    return found
  })
}

/** Work behind requests, one after the other; what fails is logged. */
function inTurn(log: pino.Logger) {
  let last: Promise<unknown> = Promise.resolve()
  let closing = false
  return {
    add: (work: () => Promise<unknown>): void => {
      last = last.then(() => !closing && work()).catch((error) => log.warn({ event: 'binding-failed', err: error }))
    },
    /** Ends after the work under way; the rest is left. */
    ended: (): Promise<unknown> => {
      closing = true
      return last
    },
  }
}

/** Enters changes of registers whose notice has ended, and tells subscribers. */
async function tendRegisters(registers: Registers, log: pino.Logger): Promise<void> {
  const entered = await registers.changes.enterDue()
  const delivered = await registers.changes.deliver()
  await registers.followAll((register, error) => log.warn({ event: 'source-not-followed', register, err: error }))
  if (entered + delivered > 0) log.info({ event: 'registers-tended', entered, delivered })
}

/** How often followers are told of what happened, in milliseconds. */
const FOLLOWING_MS = 10_000

/** From listening until what the process before did not get to is taken up. */
const CATCH_UP_MS = 1_500

/** How often scores of what changed are written down, in milliseconds. */
const QUALITY_MS = 300_000

/** How often links that are due are looked at, in milliseconds. */
const LINKS_MS = 900_000

/** How often witnesses are asked to cosign the log, in milliseconds. */
const WITNESS_MS = 60_000

/** How often the data on the National Information Infrastructure is asked for, in milliseconds. */
const PROBE_MS = 3_600_000

/** Rows that are looked at of a dataset that says it keeps to a standard. */
const MOST_MEASURED = 1_000_000

/** The rows of a dataset's table as texts under its columns; undefined while it has none. */
async function textsOf(datastore: Datastore, dataset: string) {
  const manifest = await datastore.current(dataset).catch(() => undefined)
  if (!manifest) return undefined
  const header = manifest.columns.map(({ name }) => name)
  const { batches } = await datastore.stream(dataset, { sort: [], version: manifest.id, distribution: manifest.distribution }, 'json')
  async function* rows(): AsyncGenerator<string[]> {
    let given = 0
    for await (const batch of batches)
      for (const text of batch) {
        if (given >= MOST_MEASURED) return
        given += 1
        const record = JSON.parse(text) as Record<string, unknown>
        yield header.map((name) => (record[name] === null || record[name] === undefined ? '' : String(record[name])))
      }
  }
  return { header, rows: rows() }
}

/** A register without an owner is the operator's. */
function demandOwner(actor: Actor, owner: string | null): void {
  if (owner === null) passGate(actor, 'operator')
  else demandPublisher(actor, owner)
}

/** How to reach the server that holds the folder; undefined when none says so. */
export async function heldBy(data: string): Promise<HeldBy | undefined> {
  try {
    return JSON.parse(await readFile(join(resolve(data), SERVER_FILE), 'utf8')) as HeldBy
  } catch {
    return undefined
  }
}
