import { createRequire } from 'node:module'
import { Command } from 'commander'
import { checkCommand } from './check.ts'
import { demoCommand } from './demo.ts'
import { doctorCommand } from './doctor.ts'
import { harvestCommand } from './harvest.ts'
import { ledgerCommand } from './ledger.ts'
import { mcpCommand } from './mcp.ts'
import { niiCommand } from './nii.ts'
import { progressCommand } from './progress-command.ts'
import { publishCommand } from './publish.ts'
import { exportCommand, queryCommand } from './query.ts'
import { redactCommand } from './redact.ts'
import { registersCommand } from './registers.ts'
import { serveCommand } from './serve.ts'
import { tokenCommand } from './token.ts'
import { visibilityCommand } from './visibility.ts'

/** The whole command line. docs/reference/cli.md has a heading for each command and names each option. */
export function buildProgram(): Command {
  const { version } = createRequire(import.meta.url)('../../../package.json') as { version: string }
  const program = new Command('sixteen')
    .description('Open a government’s data and transactions to third parties')
    .version(version)
    .showHelpAfterError()
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  for (const add of [
    demoCommand,
    serveCommand,
    publishCommand,
    checkCommand,
    redactCommand,
    queryCommand,
    exportCommand,
    tokenCommand,
    progressCommand,
    niiCommand,
    harvestCommand,
    mcpCommand,
    registersCommand,
    ledgerCommand,
    visibilityCommand,
    doctorCommand,
  ])
    add(program)
  return program
}
