import type { Service } from '../core/catalogue/index.ts'

interface OwnApi {
  name: string
  title: string
  description: string
  /** The path that a caller begins at; the entry is there when the server answers it. */
  path: string
  /** Route as the server knows it, where it differs from the path. */
  route?: string
  openapi?: string
  docs?: string
}

const known: readonly OwnApi[] = [
  {
    name: 'data-api',
    title: 'Data API',
    description: 'Rows of every published table, filtered, grouped and paged.',
    path: '/v1/datasets',
    openapi: '/openapi.json',
    docs: '/docs/api',
  },
  {
    name: 'sql-api',
    title: 'SQL over datasets',
    description: 'One SELECT over published tables.',
    path: '/v1/sql',
    openapi: '/openapi.json',
    docs: '/docs/api',
  },
  {
    name: 'ckan-action-api',
    title: 'CKAN action API',
    description: 'The catalogue for clients of CKAN, its datastore included.',
    path: '/api/3/action',
    route: '/api/3/action/:action',
  },
  {
    name: 'ogc-features-api',
    title: 'OGC API Features',
    description: 'Tables with positions as features.',
    path: '/ogc',
    openapi: '/ogc/api',
  },
  {
    name: 'registers-api',
    title: 'Registers API',
    description: 'Codes of government with their history and proofs.',
    path: '/v1/registers',
    openapi: '/openapi.json',
    docs: '/docs/api',
  },
  {
    name: 'terminology-api',
    title: 'FHIR terminology service',
    description: 'Codes of government for systems of health.',
    path: '/fhir/metadata',
  },
  { name: 'mcp-api', title: 'Model Context Protocol', description: 'Search, description and queries for assistants.', path: '/mcp' },
]

/** The APIs that this server itself has, by what it answers at. `hasRoute` knows what is served. */
export function ownApis(options: { base: string; publisher: string; modified: string; hasRoute: (path: string) => boolean }): Service[] {
  const { base, publisher, modified, hasRoute } = options
  return known
    .filter(({ path, route }) => hasRoute(route ?? path))
    .map(({ name, title, description, path, openapi, docs }) => ({
      name,
      title,
      description,
      publisher,
      endpointURL: base + path,
      ...(openapi && { endpointDescription: base + openapi }),
      ...(docs && { documentation: base + docs }),
      status: 'beta',
      auth: 'none',
      own: true,
      modified,
    }))
}
