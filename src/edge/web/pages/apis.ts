import type { FastifyInstance } from 'fastify'
import { type Services, serviceStatuses } from '../../../core/catalogue/index.ts'
import { type Page, type Parts, servePage } from './page.ts'

/** The catalogue of APIs: what each is for, how far it has come, and where its documents are. */
export function apiPages(app: FastifyInstance, parts: Parts): void {
  const { services } = parts
  if (services) servePage(app, parts, '/apis', (_request, parameters) => apisPage(parts, services, parameters))
}

const authTexts = {
  none: 'Open to all',
  'api-key': 'Needs a key',
  oauth2: 'Needs OAuth 2.0',
  'mutual-tls': 'Needs a certificate',
  other: 'Needs an agreement',
}

async function apisPage({ catalogue }: Parts, services: Services, parameters: URLSearchParams): Promise<Page> {
  const q = (parameters.get('q') ?? '').slice(0, 300)
  const status = serviceStatuses.find((known) => known === parameters.get('status'))
  const apis = await services.services({ ...(q && { q }), ...(status && { status }) })
  const titles = new Map((await catalogue.publishers()).map(({ name, title }) => [name, title]))
  return {
    template: 'apis.njk',
    shell: { title: 'APIs', section: 'data' },
    view: {
      q,
      total: apis.length,
      statuses: ['', ...serviceStatuses].map((value) => ({ value, text: value || 'Any', selected: value === (status ?? '') })),
      apis: apis.map((api) => ({
        ...api,
        publisherTitle: api.own ? 'This service' : (titles.get(api.publisher) ?? api.publisher),
        authText: authTexts[api.auth],
        tone: api.status === 'live' ? 'good' : api.status === 'deprecated' || api.status === 'retired' ? 'bad' : undefined,
      })),
    },
    data: { apis },
  }
}
