/**
 * Kills a process that writes to a register from several hands, again and again, and looks each time at what is left:
 *
 *   npm run verify:registers -- [TRIALS]
 *
 * Ends with 1 at the first gap, fork, loss of an acknowledged entry, or part of a failed load that is seen.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Before, killTrial } from '../test/failure/register-trials.ts'

const trials = Number(process.argv[2] ?? 1000)
const TRIALS_A_LOG = 40 // a log that grows makes each look slower
let seed = 16

/** A number below `most`, the same in each run. */
function random(most: number): number {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
  return seed % most
}

const folder = await mkdtemp(join(tmpdir(), 'sixteen-registers-'))
let before: Before = { size: 0, root: Buffer.alloc(0) }
let acknowledged = 0
const started = Date.now()
try {
  for (let run = 0; run < trials; run += 1) {
    if (run % TRIALS_A_LOG === 0) before = { size: 0, root: Buffer.alloc(0) }
    const path = join(folder, `registers-${Math.floor(run / TRIALS_A_LOG)}.sqlite`)
    const after = await killTrial(path, run, random(60), before)
    before = after
    acknowledged += after.acknowledged
    if ((run + 1) % 50 === 0)
      console.log(`${run + 1} trials, ${acknowledged} acknowledged entries, ${Math.round((Date.now() - started) / 1000)} s`)
  }
  console.log(`${trials} trials: no gap, no fork, none of ${acknowledged} acknowledged entries lost.`)
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
