import { Readable } from 'node:stream'
import { type Dispatcher, request as send } from 'undici'
import type { DatasetInput, PublisherInput } from '../../core/catalogue/index.ts'
import { organisationNamed } from '../../core/registers/index.ts'
import { Problem, type ProblemBody, type ProblemCode, problemTypes } from '../../foundation/kernel/index.ts'
import { configure, heldBy, openSixteen, type Sixteen } from '../compose.ts'

export interface Where {
  data?: string
  server?: string
  token?: string
}

/** A way to the data: requests to a server, or to the folder opened by this process. Both speak the HTTP API. */
export interface Connection {
  base: string
  request(
    method: string,
    path: string,
    options?: { body?: AsyncIterable<Uint8Array>; json?: unknown; headers?: Record<string, string> },
  ): Promise<Reply>
  /** The areas, when this process opened the folder. */
  local?: Sixteen
  close(): Promise<void>
}

export interface Reply {
  status: number
  body: AsyncIterable<Uint8Array>
  json(): Promise<unknown>
}

/**
 * Connects a command: to --server; else to the server that holds the data folder; else by opening the folder under its lock.
 *
 * @throws {Problem} data-folder-in-use when another command holds the folder, server-unreachable.
 */
export async function connect(where: Where): Promise<Connection> {
  const config = configure({
    ...(where.data && { data: where.data }),
    ...(where.server && { server: where.server }),
    ...(where.token && { token: where.token }),
    ...(!process.stderr.isTTY && { logLevel: 'error' }),
  })
  if (config.server) return remote(config.server, config.token)
  try {
    return await local(await openSixteen({ ...config, logLevel: 'error', port: 0, host: '127.0.0.1' }))
  } catch (error) {
    const holder = error instanceof Problem && error.code === 'data-folder-in-use' ? await heldBy(config.data) : undefined
    if (!holder) throw error
    return remote(holder.address, holder.secret)
  }
}

/** The folder's own server on a free port of this machine: one path to the data for every command, with its gate and its problems. */
async function local(sixteen: Sixteen): Promise<Connection> {
  const address = await sixteen.listen()
  const holder = await heldBy(sixteen.config.data)
  return { ...remote(address, holder?.secret ?? ''), local: sixteen, close: () => sixteen.close() }
}

function remote(server: string, token: string): Connection {
  const base = server.replace(/\/$/, '')
  return {
    base,
    close: async () => {},
    request: async (method, path, options = {}) => {
      const headers = {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(options.json !== undefined && { 'content-type': 'application/json' }),
        ...options.headers,
      }
      const body =
        options.json !== undefined
          ? JSON.stringify(options.json)
          : options.body && Readable.from(options.body, { objectMode: false, highWaterMark: 1 << 20 })
      const response = await send(base + path, {
        method: method as 'GET',
        headers,
        body: body ?? null,
        headersTimeout: 0,
        bodyTimeout: 0,
      }).catch((cause) => {
        throw new Problem('server-unreachable', { detail: `${base} does not answer.`, hint: 'Start it with: sixteen serve' }, { cause })
      })
      if (response.statusCode >= 400) throw await problemOf(response)
      return { status: response.statusCode, body: response.body, json: () => response.body.json() }
    },
  }
}

async function problemOf(response: Dispatcher.ResponseData): Promise<Problem> {
  const body = (await response.body.json().catch(() => ({}))) as Partial<ProblemBody>
  const code = (body.code && body.code in problemTypes ? body.code : 'internal-error') as ProblemCode
  const { type: _type, title: _title, status: _status, code: _code, instance: _instance, ...fields } = body
  return new Problem(code, { ...fields, detail: body.detail ?? `The server answered ${response.statusCode}.` })
}

/** Makes the dataset that a file is for when it is not there. The answer is its name. */
export async function ensureDataset(connection: Connection, input: DatasetInput): Promise<string> {
  if (input.name && (await exists(connection, `/v1/datasets/${input.name}`))) return input.name
  const made = (await (await connection.request('POST', '/v1/datasets', { json: input })).json()) as { name: string }
  return made.name
}

/**
 * Makes the publisher when it is not there: under the title given, or the name that the register of government organisations has for it.
 *
 * @throws {Problem} publisher-not-found when there is neither, since the name may be a typing error; permission-denied for who is not the operator.
 */
export async function ensurePublisher(connection: Connection, name: string, title?: string): Promise<void> {
  if (await exists(connection, `/v1/publishers/${encodeURIComponent(name)}`)) return
  const known = title ?? organisationNamed(name)
  if (!known)
    throw new Problem('publisher-not-found', {
      detail: `There is no publisher named ${name}.`,
      pointer: '/publisher',
      hint: 'GET /v1/publishers lists them; with --publisher-title "…" it is made.',
    })
  await connection.request('POST', '/v1/publishers', { json: { name, title: known } satisfies PublisherInput })
  console.error(`Made the publisher ${name}: ${known}.`)
}

async function exists(connection: Connection, path: string): Promise<boolean> {
  try {
    const reply = await connection.request('GET', path)
    await reply.json()
    return true
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return false
    throw error
  }
}
