import type { Command } from 'commander'
import type { Where } from './connect.ts'

/** The options of every command that reaches data. Each can come from its environment variable. */
export function whereOptions(command: Command): Command {
  return command
    .option('--data <dir>', 'data folder (SIXTEEN_DATA, default ./data)')
    .option('--server <url>', 'server to talk to instead of a data folder (SIXTEEN_SERVER)')
    .option('--token <token>', 'token for that server (SIXTEEN_TOKEN)')
}

/** The options of the commands that serve. */
export function serveOptions(command: Command): Command {
  return command
    .option('--data <dir>', 'data folder (SIXTEEN_DATA, default ./data)')
    .option('--port <n>', 'port to listen on, 0 for a free one (SIXTEEN_PORT, default 1616)', Number)
    .option('--host <address>', 'address to listen on (SIXTEEN_HOST, default 127.0.0.1)')
}

export type ServeOptions = { data?: string; port?: number; host?: string }
export type WhereOptions = Where & { json?: boolean }

/** What the publisher may say of a file instead of what would be found. */
export function overrideOptions(command: Command): Command {
  return command
    .option(
      '--type <column=type>',
      'type of a column: integer, number, boolean, date, date-time, text; date:mdy says the order; may be repeated',
      (value: string, all: string[]) => [...all, value],
      [] as string[],
    )
    .option('--delimiter <character>', 'delimiter, instead of the one found')
    .option('--header-row <line>', 'line of the header, 0 for none, instead of the one found')
    .option('--encoding <name>', 'encoding, such as windows-1252, instead of the one found')
    .option('--sheet <name>', 'sheet of a workbook or file of an archive, by name or number')
    .option('--ignore-rows <lines>', 'lines to leave out, such as 5,12-14')
}
