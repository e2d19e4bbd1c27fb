import type { Command } from 'commander'
import { connect } from './connect.ts'
import { run } from './exit.ts'
import { type WhereOptions, whereOptions } from './options.ts'

export function tokenCommand(program: Command): void {
  const token = program.command('token').description('Publishers’ tokens')

  whereOptions(token.command('create').description('Make a token for a publisher; its secret is shown once'))
    .requiredOption('--publisher <name>', 'publisher it acts for')
    .option('--name <name>', 'what it is for')
    .option('--json', 'the result as JSON')
    .action((options: WhereOptions & { publisher: string; name?: string }) =>
      run(async () => {
        const connection = await connect(options)
        try {
          const made = (await (
            await connection.request('POST', '/v1/tokens', {
              json: { publisher: options.publisher, ...(options.name && { name: options.name }) },
            })
          ).json()) as { secret: string; id: string }
          console.log(options.json ? JSON.stringify(made) : `${made.secret}\n\nKeep it: it is not shown again. Its id is ${made.id}.`)
        } finally {
          await connection.close()
        }
      }, options.json),
    )
}
