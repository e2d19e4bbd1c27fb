/** Writes dist/ for the published package: JavaScript from src/, and beside it everything in src/ that is not TypeScript. */
import { spawnSync } from 'node:child_process'
import { cp, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

async function isAsset(path: string): Promise<boolean> {
  return (await stat(path)).isDirectory() || !/\.(ts|md)$/.test(path)
}

await rm(join(root, 'dist'), { recursive: true, force: true })
const compiler = [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'tsconfig.build.json')]
process.exitCode = spawnSync(process.execPath, compiler, { stdio: 'inherit' }).status ?? 1
await cp(join(root, 'src'), join(root, 'dist'), { recursive: true, filter: isAsset })
