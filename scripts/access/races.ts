import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DATASET, grantOf, licenceOf, openPlace } from './place.ts'

const PROCESSES = 8
const DRIVERS = 100
/** Live codes that a driver may have. */
const CODES_EACH = 15

export interface RaceResult {
  processes: number
  /** Single-use codes and grants raced for, each by every process. */
  codes: number
  grants: number
  attempts: number
  usedTwice: number
  neverUsed: number
  failures: string[]
  seconds: number
}

/** Lets processes race for single-use codes and single-use grants in one store, and counts who got what. */
export async function race(wanted: number): Promise<RaceResult> {
  const result: RaceResult = {
    processes: PROCESSES,
    codes: 0,
    grants: 0,
    attempts: 0,
    usedTwice: 0,
    neverUsed: 0,
    failures: [],
    seconds: 0,
  }
  const started = Date.now()
  while (result.codes < wanted) await round(Math.min(wanted - result.codes, DRIVERS * CODES_EACH), result)
  result.seconds = Math.round((Date.now() - started) / 1000)
  return result
}

async function round(size: number, result: RaceResult): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sixteen-races-'))
  try {
    const consent = openPlace(folder, DRIVERS)
    const now = new Date()
    const subjects = Array.from({ length: DRIVERS }, (_, at) => `driver-${at}`)
    for (const [at, subject] of subjects.entries()) consent.links.link(subject, DATASET, licenceOf(at).driverNumber, now.toISOString())
    const codes = await Promise.all(
      Array.from({ length: size }, async (_, at) => {
        const wish = { dataset: DATASET, fields: ['lastName'], purpose: 'vehicle-hire', recipientHint: null, uses: 1, days: 1 }
        const { code } = await consent.codes.create({ ...wish, subject: subjects[at % DRIVERS]! })
        return { code, factor: licenceOf(at % DRIVERS).driverNumber.slice(-8) }
      }),
    )
    const grants = await Promise.all(
      Array.from({ length: size }, (_, at) => consent.grants.create(grantOf(subjects[at % DRIVERS]!, 'racing-app', ['lastName'], now, 1))),
    )
    await writeFile(join(folder, 'work.json'), JSON.stringify({ codes, grants: grants.map(({ id }) => id) }))
    const got = new Map<string, number>()
    await Promise.all(Array.from({ length: PROCESSES }, (_, at) => racer(folder, `racer-${at}`, got, result.failures)))
    for (let at = 0; at < size; at += 1)
      for (const kind of ['code', 'grant']) {
        const times = got.get(`${kind} ${at}`) ?? 0
        if (times > 1) result.usedTwice += 1
        if (times === 0) result.neverUsed += 1
      }
    await consent.close()
    result.codes += size
    result.grants += size
    result.attempts += 2 * size * PROCESSES
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function racer(folder: string, name: string, got: Map<string, number>, failures: string[]): Promise<void> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'racer.ts'), folder, name], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('got ')) got.set(line.slice(4), (got.get(line.slice(4)) ?? 0) + 1)
    else failures.push(line)
  }
  const [code] = (await ended) as [number]
  if (code !== 0) failures.push(`${name} ended with ${code}`)
}
