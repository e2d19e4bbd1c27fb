import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { capped, Problem, toProblem } from '../../../foundation/kernel/index.ts'
import type { Registers } from '../index.ts'
import type { Answered } from '../proof.ts'
import { CodeParams, ExpandQuery, LookupQuery, SubsumesQuery, TranslateQuery, ValidateQuery } from './answers.ts'

type App = Parameters<FastifyPluginAsyncTypebox>[0]

const MAX_BATCH_BYTES = 64e6
const MAX_LINE = 1 << 16

interface Operation {
  /** Last part of the address. */
  name: 'validate' | 'lookup' | 'translate'
  summary: string
  query: typeof ValidateQuery | typeof LookupQuery | typeof TranslateQuery
  /** The answer, and the entries it rests on. */
  answer(registers: Registers, register: string, input: CodeInput): { body: object; entries: Answered[] }
}

interface CodeInput {
  code: string
  display?: string
  at?: string
  activeOnly?: boolean
  strict?: boolean
  within?: string
  to?: string
}

const operations: Operation[] = [
  {
    name: 'validate',
    summary: 'Whether a text is a code, and what to know of it',
    query: ValidateQuery,
    answer: ({ codes }, register, input) => {
      const body = codes.validate(register, input)
      return { body, entries: body.entry === undefined ? [] : [{ register, entry: body.entry }] }
    },
  },
  {
    name: 'lookup',
    summary: 'Everything about a code',
    query: LookupQuery,
    answer: ({ codes }, register, { code, at }) => {
      const body = codes.lookup(register, code, at)
      return { body, entries: [{ register, entry: body.entry }] }
    },
  },
  {
    name: 'translate',
    summary: 'What a code is in another register or at another time',
    query: TranslateQuery,
    answer: ({ codes }, register, { code, to, at }) => {
      const body = codes.translate(register, code, { ...(to && { to }), ...(at && { at }) })
      return { body, entries: body.matches.flatMap(({ path }) => path) }
    },
  },
]

/** Operations on codes as plain JSON, one at a time or a line each. */
export function codeRoutes(registers: Registers): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.addContentTypeParser(['application/x-ndjson', 'application/ndjson'], (_request, payload, done) => done(null, payload))
    for (const operation of operations) {
      askOne(app, registers, operation)
      askMany(app, registers, operation)
    }
    expand(app, registers)
    subsumes(app, registers)
  }
}

const noCache = (reply: FastifyReply) => reply.header('cache-control', 'no-cache')

function askOne(app: App, registers: Registers, { name, summary, query, answer }: Operation): void {
  app.get(
    `/v1/registers/:register/${name}`,
    {
      config: { access: 'public' },
      schema: { operationId: `${name}Code`, summary, tags: ['Registers'], params: CodeParams, querystring: query },
    },
    async (request, reply) => {
      const { proof, ...input } = request.query as unknown as CodeInput & { proof?: boolean }
      const { register } = request.params as { register: string }
      const { body, entries } = answer(registers, register, input)
      return noCache(reply).send({ ...body, ...(proof && { proofs: registers.codes.prove(entries) }) })
    },
  )
}

function askMany(app: App, registers: Registers, { name, summary, answer }: Operation): void {
  app.post(
    `/v1/registers/:register/${name}`,
    {
      config: { access: 'public' },
      schema: {
        operationId: `${name}Codes`,
        summary: `${summary}, for many: a line each`,
        tags: ['Registers'],
        params: CodeParams,
      },
    },
    async (request: FastifyRequest, reply) => {
      const { register } = request.params as { register: string }
      registers.reader.row(register)
      const lines = linesOf(request.body as AsyncIterable<Uint8Array> | object)
      const one = (input: CodeInput): object => answer(registers, register, input).body
      return noCache(reply)
        .type('application/x-ndjson')
        .send(Readable.from(answers(lines, one), { objectMode: false }))
    },
  )
}

/** Lines of NDJSON, or the members of a JSON array; a text alone is a code. */
async function* linesOf(body: AsyncIterable<Uint8Array> | object | undefined): AsyncGenerator<unknown> {
  if (body === undefined || body === null) return
  if (!(Symbol.asyncIterator in body)) return yield* Array.isArray(body) ? body : [body]
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of capped(body as AsyncIterable<Uint8Array>, MAX_BATCH_BYTES)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > MAX_LINE) throw new Problem('line-too-long', { detail: 'A line is longer than 64 kB.' })
    for (const line of lines) if (line.trim()) yield parsed(line)
  }
  if (rest.trim()) yield parsed(rest)
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return new Problem('json-invalid', { detail: 'The line is not JSON.' })
  }
}

/** An answer a line, in order; what fails says so in its line and stops nothing. */
async function* answers(lines: AsyncIterable<unknown>, answer: (input: CodeInput) => object): AsyncGenerator<string> {
  let text = ''
  for await (const line of lines) {
    text += `${JSON.stringify(answered(line, answer))}\n`
    if (text.length < 1 << 15) continue
    yield text
    text = ''
  }
  yield text
}

function answered(line: unknown, answer: (input: CodeInput) => object): object {
  const input = (typeof line === 'string' ? { code: line } : line) as CodeInput
  try {
    if (line instanceof Problem) throw line
    if (typeof input?.code !== 'string' || input.code.length > 1000)
      throw new Problem('parameter-invalid', { detail: 'A line is a code, or an object with the member code.', pointer: '/code' })
    return { ...(input as object), ...answer(input) }
  } catch (error) {
    const { code: problem, message } = toProblem(error)
    return { ...(typeof input === 'object' && !(line instanceof Problem) && input), result: false, problem, detail: message }
  }
}

function expand(app: App, registers: Registers): void {
  app.get(
    '/v1/registers/:register/expand',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'expandRegister',
        summary: 'The codes of a register, or those that fit',
        tags: ['Registers'],
        params: CodeParams,
        querystring: ExpandQuery,
      },
    },
    async ({ params: { register }, query }, reply) => {
      const { total, codes, size, day } = registers.codes.expand(register, query)
      return noCache(reply).send({
        register,
        size,
        day,
        total,
        offset: query.offset ?? 0,
        codes: codes.map(withoutSource),
      })
    },
  )
}

type Expanded = ReturnType<Registers['codes']['expand']>['codes'][number]

function withoutSource({ source: _source, contains, ...rest }: Expanded): object {
  return { ...rest, ...(contains && { contains: contains.map(withoutSource) }) }
}

function subsumes(app: App, registers: Registers): void {
  app.get(
    '/v1/registers/:register/subsumes',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'subsumesCode',
        summary: 'How two codes stand to each other',
        tags: ['Registers'],
        params: CodeParams,
        querystring: SubsumesQuery,
      },
    },
    async ({ params: { register }, query: { codeA, codeB, at } }, reply) =>
      noCache(reply).send({ outcome: registers.codes.subsumes(register, codeA, codeB, at) }),
  )
}
