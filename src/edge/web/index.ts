import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { AccessControl, Actor, Consent, SignInService } from '../../core/access/index.ts'
import type { Catalogue, Services } from '../../core/catalogue/index.ts'
import type { Datastore } from '../../core/datastore/index.ts'
import type { Following } from '../../core/following/index.ts'
import type { Harvest } from '../../core/harvest/index.ts'
import type { Links } from '../../core/links/index.ts'
import type { ProfilePage } from '../../core/profile-kit.ts'
import type { Quality } from '../../core/quality/index.ts'
import type { Registers } from '../../core/registers/index.ts'
import type { Nii, Progress, Standards } from '../../core/steering/index.ts'
import { type Config, type Problem, problemTypes } from '../../foundation/kernel/index.ts'
import { type Assets, makeAssets, serveAssets } from './assets.ts'
import { apiPages } from './pages/apis.ts'
import { chartPages } from './pages/chart.ts'
import { checkPages } from './pages/check.ts'
import { consentPages } from './pages/consent.ts'
import { datasetPages } from './pages/dataset.ts'
import { developerPages } from './pages/developers.ts'
import { docsPages } from './pages/docs.ts'
import { domainPages } from './pages/domains.ts'
import { editPages } from './pages/edit.ts'
import { finderPages } from './pages/finder.ts'
import { followPages } from './pages/follow.ts'
import { harvestPages } from './pages/harvest.ts'
import { historyPages } from './pages/history.ts'
import { ledgerPages } from './pages/ledger.ts'
import { myPages } from './pages/my.ts'
import { niiPages } from './pages/nii.ts'
import { type Parts, servePage, takeForms } from './pages/page.ts'
import { progressPages } from './pages/progress.ts'
import { publishPages } from './pages/publish.ts'
import { publisherPages } from './pages/publishers.ts'
import { qualityPages } from './pages/quality.ts'
import { proposalPages } from './pages/register-proposals.ts'
import { registerPages } from './pages/registers.ts'
import { seriesPages } from './pages/series.ts'
import { signInPages } from './pages/sign-in.ts'
import { standardPages } from './pages/standards.ts'
import { openRenderer, type Render } from './render.ts'

export interface WebOptions {
  catalogue: Catalogue
  datastore: Datastore
  /** Without it there are no pages of progress. */
  progress?: Progress
  /** Without it there are no pages of the National Information Infrastructure. */
  nii?: Nii
  /** Without it nobody can follow anything but by feeds. */
  following?: Following
  /** Without it there are no scores on pages. */
  quality?: Quality
  /** Without it there is no page of harvests. */
  harvest?: Harvest
  /** Without it pages do not say whether links hold. */
  links?: Links
  /** Without it there is no page of APIs. */
  services?: Services
  /** Without it there are no pages of standards. */
  standards?: Standards
  /** Without it nothing can be published from a page. */
  access?: AccessControl
  /** Without it nobody can sign in. */
  signIn?: SignInService
  /** Without it there are no records of people. */
  consent?: Consent
  registers: Registers
  /** Refuses who does not act for the owner of a register. */
  demandOwner: (actor: Actor, owner: string | null) => void
  /** Pages of the profiles. */
  domains?: readonly ProfilePage[]
  /** What each domain says of a file before it is published. */
  review?: Parts['review']
  /** What each profile offers, for the home page. */
  explore?: ReadonlyArray<{ title: string; summary: string; href: string }>
  config: Config
  /** Public address of the server, for the calls that pages show. */
  base: () => string
  /** The present, for "3 days ago". */
  now?: () => Date
}

export interface Web {
  plugin: FastifyPluginAsync
  /** Draws a problem as a page. */
  problemPage: (problem: Problem, request: FastifyRequest) => string
  /** Draws a page around a body that is escaped already. */
  frame: (title: string, body: string) => string
}

/** The pages for people, and the page of a problem, which look alike. */
export function webPages(options: WebOptions): Web {
  const assets = makeAssets(options.config)
  const now = options.now ?? (() => new Date())
  const render = openRenderer({ config: options.config, assets, now, progress: Boolean(options.progress) })
  return {
    plugin: async (app) => register(app, { ...options, now, render }, assets, options),
    problemPage: problemPage(render),
    frame: (title, body) => render('framed.njk', { title, section: 'data' }, { body }),
  }
}

function register(app: FastifyInstance, parts: Parts, assets: Assets, { domains = [], signIn, consent }: WebOptions): void {
  serveAssets(app, assets)
  finderPages(app, parts)
  datasetPages(app, parts)
  chartPages(app, parts)
  publisherPages(app, parts)
  qualityPages(app, parts)
  editPages(app, parts)
  historyPages(app, parts)
  harvestPages(app, parts)
  seriesPages(app, parts)
  followPages(app, parts)
  progressPages(app, parts)
  apiPages(app, parts)
  niiPages(app, parts)
  standardPages(app, parts)
  registerPages(app, parts)
  proposalPages(app, parts)
  docsPages(app, parts)
  publishPages(app, parts)
  domainPages(app, parts, domains)
  if (consent)
    app.register(async (inner) => {
      takeForms(inner)
      myPages(inner, { ...parts, consent })
      checkPages(inner, { ...parts, consent })
      ledgerPages(inner, { ...parts, consent })
    })
  const still = (path: string, title: string) =>
    servePage(app, parts, path, async () => ({ template: `${path.slice(1)}.njk`, shell: { title }, view: {} }), { json: false })
  still('/accessibility', 'Accessibility statement')
  still('/cookies', 'Cookies')
  if (!signIn || !parts.access) return
  const { access } = parts
  app.register(async (inner) => {
    takeForms(inner)
    signInPages(inner, { ...parts, signIn })
    consentPages(inner, { ...parts, access })
    if (consent) developerPages(inner, { ...parts, access, records: () => consent.services })
  })
}

function problemPage(render: Render): Web['problemPage'] {
  return (problem, request) => {
    const { title, status } = problemTypes[problem.code]
    const view = { title, status, code: problem.code, detail: problem.message, hint: problem.fields.hint, request: request.id }
    return render('problem.njk', { title }, view)
  }
}
