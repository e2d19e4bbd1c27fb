import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How a CKAN-shaped source misbehaves. */
export interface Manners {
  /** Answers 503 to every so many requests. */
  failEvery?: number
  /** Does not end every so many answers. */
  stallEvery?: number
  /** Gives the page before again, every so many requests. */
  repeatEvery?: number
  robots?: string
}

export interface CkanSource {
  url: string
  packages: Map<string, Record<string, unknown>>
  requests: string[]
  manners: Manners
  /** Called before each answered page, to change what is there. */
  onPage: (page: number) => void
  close(): Promise<void>
}

/** A package as CKAN shows it; invented. */
export const packageOf = (n: number, more: Record<string, unknown> = {}): Record<string, unknown> => {
  const id = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
  return {
    id,
    name: `data-${n}`,
    title: `Data number ${n}`,
    notes: `Invented record ${n} of a test: counts of road works by month and ward.`,
    type: 'dataset',
    state: 'active',
    private: false,
    license_id: 'uk-ogl',
    organization: { id: `o-${n % 7}`, name: `body-${n % 7}`, title: `Body ${n % 7}` },
    tags: [{ name: 'roads' }, { name: `ward-${n % 50}` }],
    groups: [],
    extras: [{ key: 'update_frequency', value: 'monthly' }],
    metadata_modified: '2026-01-01T00:00:00.000000',
    resources: [{ id: id.replace('-4000-', '-4001-'), name: 'CSV', format: 'CSV', url: `https://files.example/${n}.csv` }],
    ...more,
  }
}

/** Serves packages as CKAN's `package_search` does, in the order of their identifiers. */
export async function serveCkan(count: number, manners: Manners = {}): Promise<CkanSource> {
  const packages = new Map(Array.from({ length: count }, (_, n) => [String(packageOf(n).id), packageOf(n)]))
  const source = { packages, requests: [] as string[], manners, onPage: (_page: number) => {} }
  let asked = 0
  let pages = 0
  let before = ''
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://x')
    source.requests.push(request.url ?? '')
    if (url.pathname === '/robots.txt') {
      response.writeHead(source.manners.robots === undefined ? 404 : 200).end(source.manners.robots ?? '')
      return
    }
    asked += 1
    const { failEvery, stallEvery, repeatEvery } = source.manners
    if (failEvery && asked % failEvery === 0) return void response.writeHead(503).end('busy')
    if (stallEvery && asked % stallEvery === 0) return void response.writeHead(200).write('{"success":')
    if (repeatEvery && before && asked % repeatEvery === 0)
      return void response.writeHead(200, { 'content-type': 'application/json' }).end(before)
    pages += 1
    source.onPage(pages)
    const since = /metadata_modified:\[(\S+) TO/.exec(url.searchParams.get('fq') ?? '')?.[1]
    const all = [...packages.values()]
      .filter((each) => !since || `${each.metadata_modified}Z` >= since)
      .sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1))
    const start = Number(url.searchParams.get('start') ?? 0)
    const rows = Math.min(1_000, Number(url.searchParams.get('rows') ?? 10))
    before = JSON.stringify({ help: '', success: true, result: { count: all.length, results: all.slice(start, start + rows) } })
    response.writeHead(200, { 'content-type': 'application/json' }).end(before)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(source, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  })
}
