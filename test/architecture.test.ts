import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('..', import.meta.url))
const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')

type Violation = { rule: { name: string }; from: string; to: string }

/** The rules of .dependency-cruiser.cjs that a tree breaks, one line each: "rule: importer -> imported". */
function violations(folder: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [cruiser, '.', '--output-type', 'json'], { cwd: folder, maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      if (!stdout.startsWith('{')) return reject(error ?? new Error(stderr))
      const { summary } = JSON.parse(stdout) as { summary: { violations: Violation[] } }
      resolve(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`).sort())
    })
  })
}

function sourceFiles(): string[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => `src/${path.replaceAll('\\', '/')}`)
}

/** Every node of a source file's syntax tree for which the test says yes, as "path:line". */
function places(path: string, test: (node: ts.Node) => boolean): string[] {
  const file = ts.createSourceFile(path, readFileSync(join(root, path), 'utf8'), ts.ScriptTarget.Latest, true)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (test(node)) found.push(`${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

function tracked(): string[] {
  return execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter((path) => path && existsSync(join(root, path)))
}

test('every import keeps to the layers, the tiers and the doors', async () => {
  assert.deepEqual(await violations(root), [])
})

test('the rules catch what they name', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sixteen-layers-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const cases = [
    ['foundation/kernel/a.ts', '../../core/access/index.ts', 'layers-foundation'],
    ['core/access/a.ts', '../../edge/compose.ts', 'layers-core'],
    ['core/access/b.ts', '../catalogue/index.ts', 'tiers-access'],
    ['core/catalogue/c.ts', '../access/policy.ts', 'core-public-faces'],
    ['core/gossip/d.ts', '../access/index.ts', 'tiers-unknown-area'],
    ['profiles/iati/e.ts', '../../core/access/index.ts', 'profiles-door'],
    ['profiles/iati/f.ts', '../spend/profile.ts', 'profiles-apart'],
    ['edge/web/g.ts', '../../core/access/policy.ts', 'edge-sees-faces'],
    ['core/access/h.ts', '@duckdb/node-api', 'drivers'],
    ['core/access/i.ts', 'node:sqlite', 'drivers'],
    ['core/access/j.ts', 'kysely', 'kysely'],
    ['core/access/k.ts', 'fastify', 'fastify'],
    ['core/access/l.ts', 'fast-check', 'no-dev-dependencies'],
    ['core/access/m.ts', './nowhere.ts', 'resolvable'],
    ['core/access/q.ts', 'avvio', 'no-undeclared-dependencies'],
    ['core/access/n.ts', './o.ts', 'no-cycles'],
    ['core/access/p.ts', './policy.test.ts', 'source-stands-alone'],
  ] as const
  const allowed = [
    ['core/catalogue/x.ts', '../access/index.ts'],
    ['core/access/o.ts', './n.ts'],
    ['core/access/store.ts', 'kysely'],
    ['core/access/routes.ts', 'fastify'],
    ['core/access/policy.test.ts', 'fast-check'],
    ['core/profile-kit.ts', './access/index.ts'],
    ['profiles/iati/x.ts', '../../core/profile-kit.ts'],
    ['edge/compose.ts', '../core/access/policy.ts'],
    ['foundation/engines/duckdb/x.ts', '@duckdb/node-api'],
  ] as const
  const targets = ['core/access/index.ts', 'core/access/policy.ts', 'core/catalogue/index.ts', 'profiles/spend/profile.ts']
  for (const file of ['.dependency-cruiser.cjs', 'package.json', 'tsconfig.json']) await cp(join(root, file), join(folder, file))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  const put = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, 'src', path)), { recursive: true })
    await writeFile(join(folder, 'src', path), text)
  }
  for (const path of targets) await put(path, 'export const x = 1\n')
  for (const [path, to] of [...cases, ...allowed]) await put(path, `import '${to}'\n`)

  const caught = (await violations(folder)).map((line) => line.replace(/ -> .*$/, ''))
  assert.deepEqual(caught, cases.map(([path, , rule]) => `${rule}: src/${path}`).sort())
})

test('SQL is written in stores, in the compilers of ingest and query, and in the engines, nowhere else', () => {
  const homes =
    /^src\/foundation\/engines\/|\/store\.ts$|^src\/core\/datastore\/(ingest\/compile|query\/(changes|compile|profile|rejects|sql|union))\.ts$/
  const start =
    /^\s*(select\s[\s\S]*\bfrom\b|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s|(create|drop|alter)\s+(temp\s+)?(table|view|index)\s|copy\s+["($])/
  // "Select a file from your computer" is a sentence for people; SQL has its keywords in one case.
  const isSql = (text: string): boolean => start.test(text.replace(/\b[A-Z]+\b/g, (word) => word.toLowerCase()))
  const holdsSql = (node: ts.Node): boolean =>
    (ts.isStringLiteralLike(node) && isSql(node.text)) || (ts.isTemplateExpression(node) && isSql(node.getText().slice(1)))
  assert.deepEqual(
    sourceFiles()
      .filter((path) => !homes.test(path))
      .flatMap((path) => places(path, holdsSql)),
    [],
  )
})

test('only compose.ts reads the environment', () => {
  const isEnvironment = (node: ts.Node): boolean => ts.isPropertyAccessExpression(node) && node.getText() === 'process.env'
  assert.deepEqual(
    sourceFiles()
      .filter((path) => path !== 'src/edge/compose.ts')
      .flatMap((path) => places(path, isEnvironment)),
    [],
  )
})

test('every core area introduces itself and has one public face', () => {
  const areas = readdirSync(join(root, 'src/core'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const missing = areas.flatMap(({ name }) =>
    ['README.md', 'index.ts'].map((file) => `src/core/${name}/${file}`).filter((path) => !existsSync(join(root, path))),
  )
  assert.deepEqual(missing, [])
})

test('the lock file names no host and knows every platform package', async () => {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { resolved?: string; optionalDependencies?: Record<string, string> }>
  }
  const entries = Object.entries(lock.packages)
  assert.deepEqual(
    entries.filter(([, entry]) => entry.resolved).map(([path]) => path),
    [],
  )
  const named = entries.flatMap(([, entry]) => Object.keys(entry.optionalDependencies ?? {}))
  assert.deepEqual(
    named.filter((name) => !lock.packages[`node_modules/${name}`]),
    [],
    'run `npm run lock`',
  )
})

test('DEPENDENCIES.md lists every direct dependency at its locked version', async () => {
  const page = await readFile(join(root, 'DEPENDENCIES.md'), 'utf8')
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string; dependencies?: object; optionalDependencies?: object; devDependencies?: object }>
  }
  const { dependencies, optionalDependencies, devDependencies } = lock.packages[''] ?? {}
  const direct = Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies })
  const rows = direct.map((name) => `| ${name} | ${lock.packages[`node_modules/${name}`]?.version} | `)
  assert.deepEqual(
    rows.filter((row) => !page.includes(row)),
    [],
    'run `npm run dependency-list`',
  )
})

test('no file names a path of the machine it was written on', { skip: existsSync(join(root, '.git')) ? false : 'not a git clone' }, () => {
  const machinePath = /(?<![\w.~-])\/(work|root|home\/[a-z]\w*|Users\/[a-z]\w*|tmp\/sixteen)\//
  const guilty = tracked().filter(
    (path) => path !== 'test/architecture.test.ts' && machinePath.test(readFileSync(join(root, path), 'latin1')),
  )
  assert.deepEqual(guilty, [])
})
