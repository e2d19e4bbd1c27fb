// Who may import whom, as docs/explanation/layers.md tells it. `npm run check` and test/architecture.test.ts read this file.

/** The public faces each core area may import; kernel events carry everything that travels upwards. */
const tiers = {
  registers: [],
  access: [],
  catalogue: ['registers', 'access'],
  harvest: ['catalogue'],
  links: ['catalogue', 'access'],
  following: ['catalogue', 'access'],
  quality: ['catalogue', 'links', 'registers'],
  datastore: ['catalogue', 'registers', 'access'],
  microdata: ['datastore', 'catalogue', 'access'],
  sharing: ['access', 'catalogue'],
  transactions: ['registers', 'access'],
  performance: ['registers', 'datastore'],
  feedback: ['catalogue', 'access'],
  steering: ['catalogue', 'performance', 'registers', 'quality'],
}

const drivers = '(^|/)node_modules/(@duckdb|pg|pg-[^/]+|postgres|@clickhouse|@aws-sdk|better-sqlite3)(/|$)|^node:sqlite$|^sqlite$'
const fastify = '(^|/)node_modules/(@fastify|fastify)(/|$)'
const tests = '[.]test[.]ts$'

const layerRules = [
  ['foundation', ['core', 'profiles', 'edge']],
  ['core', ['profiles', 'edge']],
  ['profiles', ['edge']],
].map(([layer, above]) => ({
  name: `layers-${layer}`,
  comment: `${layer} imports downwards only: ${above.join(', ')} stand above it`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: { path: `^src/(${above.join('|')})/` },
}))

const tierRules = Object.entries(tiers).map(([area, faces]) => ({
  name: `tiers-${area}`,
  comment: `core/${area} sees ${faces.length ? faces.join(', ') : 'no other area'}; facts travel upwards as kernel events`,
  severity: 'error',
  from: { path: `^src/core/${area}/` },
  to: { path: '^src/core/', pathNot: `^src/core/(${[area, ...faces].join('|')})/` },
}))

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layerRules,
    ...tierRules,
    {
      name: 'tiers-unknown-area',
      comment: 'a new core area needs a line in the tier list above',
      severity: 'error',
      from: { path: '^src/core/[^/]+/', pathNot: `^src/core/(${Object.keys(tiers).join('|')})/` },
      to: { path: '^src/' },
    },
    {
      name: 'core-public-faces',
      comment: 'core areas see each other through index.ts only',
      severity: 'error',
      from: { path: '^src/core/([^/]+)/' },
      to: { path: '^src/core/[^/]+/', pathNot: ['^src/core/$1/', '^src/core/[^/]+/index[.]ts$'] },
    },
    {
      name: 'profile-kit-sees-faces',
      comment: 'the door for profiles opens on public faces only',
      severity: 'error',
      from: { path: '^src/core/profile-kit[.]ts$' },
      to: { path: '^src/core/', pathNot: '^src/core/[^/]+/index[.]ts$' },
    },
    {
      name: 'profiles-door',
      comment: 'a profile reaches core through core/profile-kit.ts only',
      severity: 'error',
      from: { path: '^src/profiles/' },
      to: { path: '^src/core/', pathNot: '^src/core/profile-kit[.]ts$' },
    },
    {
      name: 'profiles-apart',
      comment: 'profiles do not know each other: deleting one folder leaves the rest compiling',
      severity: 'error',
      from: { path: '^src/profiles/([^/]+)/' },
      to: { path: '^src/profiles/', pathNot: '^src/profiles/$1/' },
    },
    {
      name: 'edge-sees-faces',
      comment: 'edge reaches a core area through its index.ts or its routes.ts; only compose.ts sees all',
      severity: 'error',
      from: { path: '^src/edge/', pathNot: ['^src/edge/compose[.]ts$', tests] },
      to: { path: '^src/core/', pathNot: '(^|/)(index|routes|profile-kit)[.]ts$' },
    },
    {
      name: 'drivers',
      comment: 'only foundation/engines imports a database driver',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/foundation/engines/', tests] },
      to: { path: drivers },
    },
    {
      name: 'kysely',
      comment: 'SQL is written in store.ts files, so the query builder runs there and in the engines only; its types may travel',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/foundation/engines/', '(^|/)store[.]ts$', tests] },
      to: { path: '(^|/)node_modules/kysely/', dependencyTypesNot: ['type-only', 'type-import'] },
    },
    {
      name: 'fastify',
      comment: 'only edge and routes.ts files know the web framework',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/edge/', '(^|/)routes[.]ts$', tests] },
      to: { path: fastify },
    },
    {
      name: 'no-cycles',
      comment: 'a cycle hides which part comes first',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-dev-dependencies',
      comment: 'what runs in production is a production dependency',
      severity: 'error',
      from: { path: '^(src|bin)/', pathNot: tests },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm', 'type-only'], pathNot: '/@types/' },
    },
    {
      name: 'no-undeclared-dependencies',
      comment: 'every package that is imported stands in package.json',
      severity: 'error',
      from: { path: '^(src|bin|test|bench|scripts)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'resolvable',
      comment: 'an import that leads nowhere',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'source-stands-alone',
      comment: 'src needs nothing of the tests, benches and scripts around it',
      severity: 'error',
      from: { path: '^(src|bin)/', pathNot: tests },
      to: { path: '^(test|bench|scripts)/|[.]test[.]ts$' },
    },
    {
      name: 'client-stands-alone',
      comment: 'the client package has no dependency',
      severity: 'error',
      from: { path: '^packages/client/', pathNot: tests },
      to: { pathNot: '^packages/client/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|data|tmp|docs)/|/static/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    detectProcessBuiltinModuleCalls: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
}
