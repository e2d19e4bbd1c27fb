import { createReadStream, createWriteStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import { type EntryProof, type Followed, type RsfVerdict, verifyEntryProof, verifyRsf } from '../../core/registers/index.ts'
import { Problem, slugify } from '../../foundation/kernel/index.ts'
import { connect } from './connect.ts'
import { run } from './exit.ts'
import { type WhereOptions, whereOptions } from './options.ts'
import { openInput } from './publish.ts'

export function registersCommand(program: Command): void {
  const registers = program.command('registers').description('Registers of codes')

  registers
    .command('verify <file>')
    .description('Verify an RSF file of anybody, or an answer with proofs, without a network')
    .option('--json', 'the verdict as JSON')
    .action((file: string, options: { json?: boolean }) => run(() => verify(file, options.json), options.json))

  whereOptions(
    registers
      .command('import <file>')
      .description('Take an RSF file or a table of codes (CSV, TSV) in, as a register or as the next entries of one'),
  )
    .option('--register <name>', 'name of the register, by default that of the file')
    .option('--owner <publisher>', 'publisher who keeps it, by default the operator')
    .option('--key <column>', 'column of a table that holds the code, by default the first')
    .option('--title <title>', 'title of a register made from a table')
    .option('--json', 'the result as JSON')
    .action((file: string, options: ImportOptions) => run(() => importFile(file, options), options.json))

  whereOptions(registers.command('export <register>').description('Write a register as RSF'))
    .option('--output <file>', 'file to write instead of standard output')
    .option('--as-received', 'without the root that is asserted at the end')
    .action((register: string, options: ExportOptions) => run(() => exportRegister(register, options)))

  whereOptions(registers.command('follow <address>').description('Mirror a register of another server, and go on following it'))
    .option('--register <name>', 'name of the copy, by default that of the register')
    .option('--allow-private', 'allow addresses in private networks')
    .option('--json', 'the result as JSON')
    .action((address: string, options: FollowOptions) => run(() => follow(address, options), options.json))

  whereOptions(registers.command('list').description('Every register with its size'))
    .option('--json', 'the result as JSON')
    .action((options: WhereOptions) => run(() => list(options), options.json))
}

type ImportOptions = WhereOptions & { register?: string; owner?: string; key?: string; title?: string }
type FollowOptions = WhereOptions & { register?: string; allowPrivate?: boolean }
type ExportOptions = WhereOptions & { output?: string; asReceived?: boolean }

async function verify(file: string, json = false): Promise<void> {
  if (file !== '-' && !(await stat(file).catch(() => undefined))?.isFile())
    throw new Problem('file-not-readable', { detail: `There is no file ${file}.` })
  if (/\.json$/i.test(file)) return verifyProofs(await readFile(file, 'utf8'), json)
  const verdict = await verifyRsf(file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 1 << 18 }))
  console.log(json ? JSON.stringify({ file: basename(file), ...verdict }) : tell(verdict))
  if (!verdict.holds) process.exitCode = 3
}

/** Verifies every proof in an answer: `proofs` of code operations, `proof` of a code's page, or a proof alone. */
function verifyProofs(text: string, json: boolean): void {
  const answer = JSON.parse(text) as { proofs?: EntryProof[]; proof?: EntryProof }
  const proofs = answer.proofs ?? [answer.proof ?? (answer as EntryProof)]
  const verdicts = proofs.map((proof) => ({ ...verifyEntryProof(proof), root: proof.root }))
  const holds = verdicts.length > 0 && verdicts.every((verdict) => verdict.holds)
  if (json) console.log(JSON.stringify({ holds, proofs: verdicts }))
  else {
    for (const { holds: one, register, entry, size, root, reason } of verdicts)
      console.log(
        one ? `Holds: entry ${entry} is in the log of ${register} of ${size} entries with the root ${root}.` : `Does not hold: ${reason}`,
      )
    if (holds) console.log('Compare the root with one that you have from the register, or from somebody else who follows it.')
  }
  if (!holds) process.exitCode = 3
}

function tell({ holds, assertedRoot, validPrefix, root, userEntries, systemEntries, items, issues, redactions }: RsfVerdict): string {
  const stale = validPrefix !== null && validPrefix < userEntries
  return [
    holds
      ? `Holds: the last asserted root is that of all ${userEntries} entries.`
      : stale
        ? `Does not hold: the last asserted root is that of the first ${validPrefix} of ${userEntries} entries.`
        : assertedRoot === null
          ? 'Does not hold: no root is asserted.'
          : validPrefix === null
            ? `Does not hold: the last asserted root is that of no number of first entries (of ${userEntries}).`
            : 'Does not hold: the root is right, and something else is wrong.',
    '',
    `Asserted root   ${assertedRoot ?? 'none'}`,
    `Root of all     ${root}`,
    `Entries         ${userEntries} user, ${systemEntries} system; ${items} items${redactions ? `, ${redactions} redacted` : ''}`,
    ...issues.slice(0, 50).map((issue) => `  ${issue.code}: ${issue.message}`),
    ...(issues.length > 50 ? [`  and ${issues.length - 50} more`] : []),
  ].join('\n')
}

async function importFile(file: string, options: ImportOptions): Promise<void> {
  const { body, filename } = await openInput(file)
  const register = options.register ?? slugify(filename.replace(/\.[^.]*$/, ''))
  const connection = await connect(options)
  try {
    const isTable = options.key !== undefined || /\.(csv|tsv|txt)$/i.test(filename)
    const query = new URLSearchParams()
    for (const name of isTable ? (['owner', 'key', 'title'] as const) : (['owner'] as const))
      if (options[name]) query.set(name, options[name])
    const reply = await connection.request('POST', `/v1/registers/${register}/${isTable ? 'csv' : 'rsf'}?${query}`, {
      body,
      headers: { 'content-type': isTable ? 'text/csv' : 'application/uk-gov-rsf' },
    })
    const state = (await reply.json()) as { entries: number; root: string }
    console.log(options.json ? JSON.stringify(state) : `Register ${register}: ${state.entries} entries, root ${state.root}`)
  } finally {
    await connection.close()
  }
}

async function exportRegister(register: string, options: ExportOptions): Promise<void> {
  const connection = await connect(options)
  try {
    const reply = await connection.request('GET', `/v1/registers/${register}/rsf${options.asReceived ? '?asReceived=true' : ''}`)
    const target = options.output ? createWriteStream(options.output) : process.stdout
    await pipeline(Readable.from(reply.body, { objectMode: false }), target, { end: Boolean(options.output) })
  } finally {
    await connection.close()
  }
}

async function follow(address: string, options: FollowOptions): Promise<void> {
  const register = options.register ?? slugify(new URL(address).pathname.split('/').filter(Boolean).at(-1) ?? '')
  const connection = await connect(options)
  try {
    const reply = await connection.request('POST', `/v1/registers/${register}/follow`, {
      json: { source: address, ...(options.allowPrivate && { allowPrivate: true }) },
    })
    const followed = (await reply.json()) as Followed
    console.log(
      options.json ? JSON.stringify(followed) : `Register ${register}: ${followed.to} entries, ${followed.to - followed.from} of them new`,
    )
  } finally {
    await connection.close()
  }
}

async function list(options: WhereOptions): Promise<void> {
  const connection = await connect(options)
  try {
    const { registers } = (await (await connection.request('GET', '/v1/registers')).json()) as {
      registers: Array<{ register: string; title: string; entries: number; records: number }>
    }
    if (options.json) return console.log(JSON.stringify(registers))
    const wide = Math.max(0, ...registers.map(({ register }) => register.length))
    for (const { register, title, records } of registers)
      console.log(`${register.padEnd(wide)}  ${records.toLocaleString('en-GB').padStart(8)}  ${title}`)
  } finally {
    await connection.close()
  }
}
