import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { configure, openSixteen, type Sixteen } from '../compose.ts'
import { loadFixtures } from '../fixtures.ts'
import { run } from './exit.ts'
import { type ServeOptions, serveOptions } from './options.ts'
import { listenUntilStopped } from './serve.ts'

export function demoCommand(program: Command): void {
  serveOptions(program.command('demo').description('Serve the fixture government: invented data to try everything with'))
    .option('--load-only', 'load the fixture government and end')
    .action((options: ServeOptions & { loadOnly?: boolean }) =>
      run(async () => {
        const sixteen = await openSixteen(configure(options, { SIXTEEN_LOG_LEVEL: 'warn' }))
        await fillWhenEmpty(sixteen)
        await sixteen.registers.ship()
        if (options.loadOnly) return sixteen.close()
        console.log(welcome(await listenUntilStopped(sixteen)))
      }),
    )
}

/** Loads the fixture government into a folder that holds no dataset, or goes on where a load was cut off. */
async function fillWhenEmpty(sixteen: Sixteen): Promise<void> {
  const unfinished = join(sixteen.config.data, 'loading-fixtures')
  const { datasets } = await sixteen.catalogue.counts()
  if (datasets > 0 && !existsSync(unfinished)) return
  await writeFile(unfinished, '')
  console.log('Loading the fixture government (invented data).')
  await loadFixtures(sixteen, (line) => console.log(`  ${line}`))
  await rm(unfinished)
}

function welcome(address: string): string {
  return `
Sixteen serves ${address}

Try
  ${address}/                                        the catalogue
  ${address}/datasets/cabinet-office-spend-over-25000  a dataset: table, downloads, API calls
  ${address}/docs                                    the API, to try in the browser
  curl '${address}/v1/datasets/cabinet-office-spend-over-25000/records?limit=2'
  npx sixteen publish FILE.csv --publisher cabinet-office --title "Spend over £25,000, May 2012"

Press Ctrl+C to stop.`
}
