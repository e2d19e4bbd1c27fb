import { type Problem, toProblem } from '../../foundation/kernel/index.ts'

/**
 * Exit codes of every command, by what the caller can do about it.
 *
 * 0 done · 1 something failed in the program · 2 the command line is wrong · 3 the input is refused · 4 not found · 5 not permitted ·
 * 6 busy or unreachable, try again · 7 the disk is full
 */
export function exitCodeOf(problem: Problem): number {
  if (problem.code === 'storage-full') return 7
  if (problem.code === 'configuration-invalid') return 2
  if (problem.status === 404) return 4
  if (problem.status === 401 || problem.status === 403) return 5
  if (problem.status === 503 || problem.status === 429) return 6
  return problem.status >= 500 ? 1 : 3
}

/** Runs a command's work; a problem is told on standard error, with its hint, and ends in its exit code. */
export async function run(work: () => Promise<void>, json = false): Promise<void> {
  try {
    await work()
  } catch (error) {
    const problem = toProblem(error)
    if (json) console.error(JSON.stringify(problem.toBody()))
    else console.error(`sixteen: ${problem.message}${problem.fields.hint ? `\n  ${problem.fields.hint}` : ''}`)
    if (problem.code === 'internal-error') console.error(problem.cause instanceof Error ? problem.cause.stack : error)
    process.exitCode = exitCodeOf(problem)
  }
}
