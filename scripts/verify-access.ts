/**
 * Holds the consent layer to what it promises, and writes what was measured:
 *
 *   npm run verify:access -- [races[=COUNT]] [kills[=COUNT]] [requests[=COUNT]]
 *
 * VERIFY_SIZE=small runs each part in under a minute and writes nothing. Ends with 1 when a promise is broken.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { killTrials } from './access/kills.ts'
import { race } from './access/races.ts'
import { generatedRequests } from './access/requests.ts'

const small = process.env.VERIFY_SIZE === 'small'
const parts = {
  races: { work: race, count: small ? 300 : 100_000 },
  kills: { work: killTrials, count: small ? 25 : 1000 },
  requests: { work: generatedRequests, count: small ? 20_000 : 1_000_000 },
}
const broken: Record<keyof typeof parts, (result: never) => boolean> = {
  races: (result: Awaited<ReturnType<typeof race>>) => result.usedTwice + result.neverUsed + result.failures.length > 0,
  kills: (result: Awaited<ReturnType<typeof killTrials>>) => result.lost + result.withoutEntry + result.brokenLogs > 0,
  requests: (result: Awaited<ReturnType<typeof generatedRequests>>) =>
    result.fieldsOutside + result.otherSubjects + result.departures.length > 0,
}

const asked = new Map(process.argv.slice(2).map((word) => [word.split('=')[0]!, word.split('=')[1]] as const))
const names = (Object.keys(parts) as Array<keyof typeof parts>).filter((name) => asked.size === 0 || asked.has(name))
for (const name of names) {
  const { work, count } = parts[name]
  const result = await work(Number(asked.get(name) ?? count))
  console.log(name, result)
  if (broken[name](result as never)) process.exitCode = 1
  if (small) continue
  const folder = join(import.meta.dirname, '../bench/results')
  await mkdir(folder, { recursive: true })
  const machine = { processor: cpus()[0]?.model, cores: cpus().length, node: process.version, date: new Date().toISOString().slice(0, 10) }
  const text = JSON.stringify({ command: `npm run verify:access -- ${name}`, ...machine, result }, null, 2)
  await writeFile(join(folder, `verify-access-${name}.json`), `${text}\n`)
}
