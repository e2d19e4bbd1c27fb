import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')

let folder: string
let packed: string[]

/** Packs the project, which builds it, and returns what the package holds. */
async function pack(): Promise<{ filename: string; files: string[] }> {
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: root,
    maxBuffer: 2 ** 26,
    shell: process.platform === 'win32',
  })
  const [{ filename, files }] = JSON.parse(stdout.slice(stdout.search(/^\[/m))) as [{ filename: string; files: { path: string }[] }]
  return { filename, files: files.map(({ path }) => path) }
}

/** Puts the packages that an installation without development packages has beside the unpacked one. */
async function linkProductionPackages(): Promise<void> {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>
  }
  for (const [path, { dev }] of Object.entries(packages)) {
    const nested = path.lastIndexOf('node_modules/') > 0
    if (path === '' || dev || nested || !existsSync(join(root, path))) continue
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await symlink(join(root, path), join(folder, path), 'junction')
  }
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sixteen-package-'))
  const { filename, files } = await pack()
  packed = files
  const home = join(folder, 'node_modules', 'sixteen')
  await mkdir(home, { recursive: true })
  await run('tar', ['-xzf', join(folder, filename), '-C', home, '--strip-components=1'])
  await linkProductionPackages()
})
after(() => rm(folder, { recursive: true, force: true }))

function sixteen(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return run(process.execPath, [join(folder, 'node_modules/sixteen/bin/sixteen.js'), ...args], { cwd: folder, maxBuffer: 2 ** 26 })
}

test('the package holds the build and the documentation, and neither source nor tests', () => {
  const outside = packed.filter((path) => !/^(bin|dist|docs|fixtures)\/|^[A-Z]+(\.md)?$|^package\.json$/.test(path))
  assert.deepEqual(outside, [])
  assert.deepEqual(
    packed.filter((path) => /\.test\.[jt]s$/.test(path)),
    [],
  )
})

test('whatever stands in the source and is not TypeScript comes with the build', () => {
  const assets = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(ts|md|txt)$/.test(entry.name))
    .map((entry) => join('dist', entry.parentPath.slice(join(root, 'src').length), entry.name).replaceAll('\\', '/'))
  assert.deepEqual(
    assets.filter((path) => !packed.includes(path)),
    [],
  )
})

test('installed elsewhere, the package says its version', async () => {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
  assert.deepEqual(await sixteen('--version'), { stdout: `${version}\n`, stderr: '' })
})

test('installed elsewhere, the package serves the fixture government, and stops when it is told to', async () => {
  const launcher = join(folder, 'node_modules/sixteen/bin/sixteen.js')
  const server = spawn(process.execPath, [launcher, 'demo', '--port', '0', '--data', join(folder, 'data')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const address = await new Promise<string>((resolve, reject) => {
    let text = ''
    server.stdout.on('data', (chunk) => {
      text += chunk
      const [, found] = /serves (http:\S+)/.exec(text) ?? []
      if (found) resolve(found)
    })
    server.on('exit', (code) => reject(new Error(`ended with ${code} after: ${text}`)))
  })
  const answer = await fetch(`${address}/v1/datasets/local-authority-codes/records?gss-code__exact=E06000001&columns=name`)
  const { records } = (await answer.json()) as { records: unknown }
  server.kill('SIGTERM')
  const [code] = await once(server, 'exit')
  assert.deepEqual({ records, code }, { records: [{ name: 'Hartlepool' }], code: 0 })
})
