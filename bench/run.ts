/**
 * Runs the benches one after another and writes what each prints to results/<question>.md, under a head that says where and when.
 *
 * `npm run bench` runs all, `npm run bench -- page search` those whose names hold one of the words.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'

const folder = import.meta.dirname
const words = process.argv.slice(2)

function head(name: string): string {
  const [cpu] = cpus()
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  return [
    `# ${name}`,
    '',
    `${new Date().toISOString().slice(0, 10)} · ${cpu?.model ?? 'unknown processor'}, ${cpus().length} cores, ${memory} · ` +
      `Node ${process.version} · \`npm run bench -- ${name}\``,
    '',
    '',
  ].join('\n')
}

/** When a result was last written, in milliseconds; 0 when it is not there. */
const writtenMs = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0

function run(name: string): boolean {
  console.log(`\n${name}`)
  const result = join(folder, 'results', `${name}.md`)
  const before = writtenMs(result)
  const bench = spawnSync(process.execPath, [join(folder, `${name}.bench.ts`)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  process.stdout.write(bench.stdout)
  const keptItself = writtenMs(result) > before // through result.ts
  if (bench.status === 0 && !keptItself) writeFileSync(result, head(name) + bench.stdout)
  return bench.status === 0
}

mkdirSync(join(folder, 'results'), { recursive: true })
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.slice(0, -'.bench.ts'.length))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .sort()
const failed = names.filter((name) => !run(name))
if (failed.length > 0) console.error(`\nfailed: ${failed.join(', ')}`)
process.exitCode = failed.length > 0 ? 1 : 0
