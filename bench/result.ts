import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'

/** Prints a bench's lines and keeps them in bench/results with what they were measured on. */
export function saveResult(name: string, lines: readonly string[]): void {
  const machine = `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`
  const text = `# ${name}\n\n${machine}\nCommand: node bench/${name}.bench.ts\n\n${lines.map((line) => `- ${line}`).join('\n')}\n`
  const folder = join(import.meta.dirname, 'results')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.md`), text)
  console.log(text)
}
