import { DatabaseSync } from 'node:sqlite'

/**
 * Takes the data folder for this process: an exclusive transaction on a small file, which the operating system ends with the
 * process however it ends, so no stale lock is ever left. Returns the release, or undefined when another process holds it.
 */
export function takeLock(path: string): (() => void) | undefined {
  const database = new DatabaseSync(path)
  try {
    database.exec('pragma busy_timeout = 0; pragma journal_mode = delete; begin exclusive')
  } catch {
    database.close()
    return undefined
  }
  return () => database.close()
}
