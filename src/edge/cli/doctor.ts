import { statfs } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { configure, heldBy, openSixteen } from '../compose.ts'
import { run } from './exit.ts'
import { sizeText } from './progress.ts'

interface Finding {
  what: string
  ok: boolean
  detail: string
}

export function doctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('Look for what could go wrong: runtime, data folder, disk, engines')
    .option('--data <dir>', 'data folder (SIXTEEN_DATA, default ./data)')
    .option('--json', 'the findings as JSON')
    .action((options: { data?: string; json?: boolean }) =>
      run(async () => {
        const findings = await examine(options)
        if (options.json) console.log(JSON.stringify(findings))
        else for (const { what, ok, detail } of findings) console.log(`${ok ? 'ok  ' : 'FAIL'}  ${what.padEnd(12)} ${detail}`)
        if (findings.some((finding) => !finding.ok)) process.exitCode = 1
      }, options.json),
    )
}

async function examine(options: { data?: string }): Promise<Finding[]> {
  const config = configure(options.data ? { data: options.data } : {})
  const findings: Finding[] = [
    { what: 'runtime', ok: Number(process.versions.node.split('.')[0]) >= 24, detail: `Node ${process.versions.node}` },
  ]
  const server = await heldBy(config.data)
  if (server) {
    const answers = await fetch(`${server.address}/health`).then(
      (response) => response.ok,
      () => false,
    )
    if (answers) return [...findings, { what: 'server', ok: true, detail: `${server.address} holds the folder and answers` }]
  }
  try {
    const sixteen = await openSixteen({ ...config, logLevel: 'silent' })
    const counts = await sixteen.catalogue.counts()
    const [row] = await sixteen.columns.rows({ text: 'select version() as version' })
    await sixteen.close()
    findings.push(
      {
        what: 'data folder',
        ok: true,
        detail: `${resolve(config.data)}: ${counts.datasets} datasets, ${counts.rows.toLocaleString('en-GB')} rows`,
      },
      { what: 'columns', ok: true, detail: `DuckDB ${row?.version}` },
    )
  } catch (error) {
    findings.push({ what: 'data folder', ok: false, detail: (error as Error).message })
  }
  const disk = await statfs(resolve(config.data, '..'))
  const free = disk.bavail * disk.bsize
  return [...findings, { what: 'disk', ok: free > 1e9, detail: `${sizeText(free)} free` }]
}
