/**
 * Completes package-lock.json with the platform packages that npm left out.
 *
 * npm leaves an optional dependency out of the lock file when the registry in use does not serve it, and `npm ci`
 * then refuses that lock file everywhere. The parent names the exact version and the package's own name states its
 * platform, so an entry can be written without asking anyone; only its integrity hash stays unknown. Run it after
 * every `npm install` that changes the lock file: `npm run lock`.
 */
import { readFileSync, writeFileSync } from 'node:fs'

type Entry = {
  version?: string
  dev?: boolean
  optional?: boolean
  os?: string[]
  cpu?: string[]
  libc?: string[]
  optionalDependencies?: Record<string, string>
}
type Lock = { packages: Record<string, Entry> }

const systems = new Set(['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'])
const processors = new Set(['arm', 'arm64', 'ia32', 'ppc64', 'riscv64', 's390x', 'x64'])

/** The platform that a package's name states, in the words of package.json; undefined when it states none. */
function platformOf(name: string): { os: string[]; cpu: string[]; libc?: string[] } | undefined {
  const words = name.split(/[-/]/)
  const os = words.filter((word) => systems.has(word))
  const cpu = words.filter((word) => processors.has(word))
  if (os.length !== 1 || cpu.length !== 1) return undefined
  if (os[0] !== 'linux') return { os, cpu }
  return { os, cpu, libc: [words.some((word) => word.startsWith('musl')) ? 'musl' : 'glibc'] }
}

/** Entries for the optional platform packages that are named by a parent and absent from the lock file. */
export function missingPlatforms(lock: Lock): Record<string, Entry> {
  const missing: Record<string, Entry> = {}
  for (const parent of Object.values(lock.packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      const platform = platformOf(name)
      if (lock.packages[`node_modules/${name}`] || !platform || !/^\d/.test(version)) continue
      const { os, cpu, libc } = platform
      // npm's own order of keys, so that its next rewrite of the file changes nothing
      missing[`node_modules/${name}`] = {
        version,
        cpu,
        ...(parent.dev ? { dev: true } : {}),
        ...(libc ? { libc } : {}),
        optional: true,
        os,
      }
    }
  }
  return missing
}

function main(path: string): void {
  const lock = JSON.parse(readFileSync(path, 'utf8')) as Lock
  const missing = missingPlatforms(lock)
  lock.packages = Object.fromEntries(Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => a.localeCompare(b, 'en')))
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`)
  console.log(`${Object.keys(missing).length} platform packages added to ${path}`)
}

if (import.meta.main) main('package-lock.json')
