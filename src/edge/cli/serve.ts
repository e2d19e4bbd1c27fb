import type { Command } from 'commander'
import { configure, openSixteen, type Sixteen } from '../compose.ts'
import { run } from './exit.ts'
import { type ServeOptions, serveOptions } from './options.ts'

export function serveCommand(program: Command): void {
  serveOptions(program.command('serve').description('Serve a data folder over HTTP')).action((options: ServeOptions) =>
    run(async () => {
      const sixteen = await openSixteen(configure(options))
      await sixteen.registers.ship()
      const address = await listenUntilStopped(sixteen)
      console.log(`Sixteen serves ${address}`)
    }),
  )
}

/** Listens, and closes in order when the process is asked to stop. */
export async function listenUntilStopped(sixteen: Sixteen): Promise<string> {
  const address = await sixteen.listen().catch(async (error) => {
    await sixteen.close()
    throw error
  })
  const stop = () => {
    sixteen.close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  return address
}
