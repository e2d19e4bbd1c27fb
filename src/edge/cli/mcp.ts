import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { Problem } from '../../foundation/kernel/index.ts'
import { answerText } from '../mcp/protocol.ts'
import type { Get } from '../mcp/tools.ts'
import { connect } from './connect.ts'
import { run } from './exit.ts'
import { type WhereOptions, whereOptions } from './options.ts'

export function mcpCommand(program: Command): void {
  whereOptions(
    program.command('mcp').description('Serve the Model Context Protocol on standard input and output, for assistants on this machine'),
  ).action((options: WhereOptions) => run(() => serve(options)))
}

/** A message a line in, an answer a line out, in their order; ends with the input. */
async function serve(options: WhereOptions): Promise<void> {
  const connection = await connect(options)
  const get: Get = async (path) => {
    try {
      const reply = await connection.request('GET', path, { headers: { accept: 'application/json' } })
      return { status: reply.status, body: await reply.json() }
    } catch (error) {
      if (error instanceof Problem) return { status: Math.max(400, error.status), body: error.toBody() }
      throw error
    }
  }
  try {
    for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (!line.trim()) continue
      const answer = await answerText(line, get)
      if (answer !== undefined) process.stdout.write(`${answer}\n`)
    }
  } finally {
    await connection.close()
  }
}
