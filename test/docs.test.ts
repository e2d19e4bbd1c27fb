import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Command } from 'commander'
import { buildProgram } from '../src/edge/cli/program.ts'
import { openSixteen, type Sixteen } from '../src/edge/compose.ts'
import { loadFixtures } from '../src/edge/fixtures.ts'
import { Config } from '../src/foundation/kernel/config.ts'
import { problemTypes, readConfig } from '../src/foundation/kernel/index.ts'
import { departure, type Example, examplesOf, type Message, pagesUnder, readPage, sectionsOf, textMatches } from './support/markdown.ts'

const docs = join(import.meta.dirname, '..', 'docs')

let folder: string
let government: Sixteen

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sixteen-docs-'))
  government = await openSixteen(readConfig({}, { data: folder, logLevel: 'silent', port: 0, baseUrl: 'http://127.0.0.1:1616' }))
  await loadFixtures(government, () => {})
  await government.settled()
})
after(async () => {
  await government.close()
  await rm(folder, { recursive: true, force: true })
})

/** The entries of a reference page: what stands under each heading of the second level. */
function entriesOf(page: string): Map<string, string> {
  const sections = sectionsOf(readPage(docs, page)).filter(({ level }) => level === 2)
  return new Map(sections.map(({ heading, text }) => [heading, text]))
}

test('the page of problems has every code with its status and title, and no other', () => {
  const entries = entriesOf('reference/problems.md')
  assert.deepEqual([...entries.keys()], Object.keys(problemTypes).sort())
  for (const [code, { status, title }] of Object.entries(problemTypes)) {
    const [first, ...meaning] = entries.get(code)!.trim().split('\n\n')
    assert.equal(first, `${status} · ${title}`)
    assert.ok(meaning.join('').length > 20, `${code}: say when it happens and what to do`)
  }
})

test('the page of settings has every key with its variable and default, and no other', () => {
  const entries = entriesOf('reference/configuration.md')
  assert.deepEqual([...entries.keys()], Object.keys(Config.properties))
  for (const [key, schema] of Object.entries(Config.properties)) {
    const { env, default: value } = schema as { env?: string; default?: unknown }
    const [first] = entries.get(key)!.trim().split('\n')
    assert.ok(first?.startsWith(`\`${env}\` · ${value === '' ? 'no default' : `default \`${value}\``}`), `${key}: ${first}`)
  }
})

/** The commands that do something, by what one types: groups such as `token` only hold others. */
function commandsOf(command: Command, typed: string): [string, Command][] {
  return command.commands.length === 0
    ? [[typed, command]]
    : command.commands.flatMap((part) => commandsOf(part, `${typed} ${part.name()}`))
}

test('the page of the command line has every command with its arguments and options, and no other', () => {
  const commands = new Map(commandsOf(buildProgram(), 'sixteen'))
  const entries = entriesOf('reference/cli.md')
  assert.deepEqual([...entries.keys()].filter((heading) => heading.startsWith('sixteen ')).sort(), [...commands.keys()].sort())
  const unsaid = [...commands].flatMap(([name, command]) =>
    [...command.options.map(({ flags }) => flags), ...command.registeredArguments.map((argument) => `<${argument.name()}>`)]
      .filter((words) => !entries.get(name)!.includes(`\`${words}\``))
      .map((words) => `${name} ${words}`),
  )
  assert.deepEqual(unsaid, [])
})

interface OpenApi {
  paths: Record<string, Record<string, { parameters?: { name: string; in: string }[] }>>
}

test('the page of the HTTP API has every address with its parameters, and no other', async () => {
  const app = await government.app()
  const { paths } = (await app.inject('/openapi.json')).json<OpenApi>()
  const routes = new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { parameters = [] }]) => [`${method.toUpperCase()} ${path}`, parameters] as const),
    ),
  )
  const entries = entriesOf('reference/http-api.md')
  assert.deepEqual([...entries.keys()].filter((heading) => /^[A-Z]+ \//.test(heading)).sort(), [...routes.keys()].sort())
  const unsaid = [...routes].flatMap(([route, parameters]) =>
    parameters
      .filter(({ name, in: place }) => place !== 'path' && !entries.get(route)!.includes(`\`${name}`))
      .map(({ name }) => `${route} ${name}`),
  )
  assert.deepEqual(unsaid, [])
})

test('every HTTP example of the documentation answers as the page shows, in the fixture government', async (t) => {
  const examples = pagesUnder(docs).flatMap((page) => examplesOf(page, readPage(docs, page)))
  assert.ok(examples.length > 0)
  const { secret } = await government.access.createToken('cabinet-office', 'examples')
  for (const example of examples) {
    await t.test(`${example.page}:${example.line} ${example.request.start}`, async () =>
      assert.deepEqual(await replay(example, secret), []),
    )
  }
})

/** Sends the request of an example, `$TOKEN` being a token of the Cabinet Office; what comes back is how the answer departs from the page. */
async function replay({ request, answer }: Example, token: string): Promise<string[]> {
  const app = await government.app()
  const [method = 'GET', url = '/'] = request.start.split(' ')
  const headers = Object.entries(request.headers).map(([name, value]) => [name, value.replace('$TOKEN', token)])
  const reply = await app.inject({
    method: method as 'GET',
    url,
    headers: Object.fromEntries(headers),
    ...(request.body && { payload: request.body }),
  })
  const [, status] = answer.start.split(' ')
  if (String(reply.statusCode) !== status)
    return [`the page shows ${status}, the answer is ${reply.statusCode}: ${reply.body.slice(0, 500)}`]
  const wrongHeaders = Object.entries(answer.headers)
    .filter(([name, shown]) => !textMatches(shown, String(reply.headers[name] ?? '').replace(/; charset=utf-8$/, '')))
    .map(([name, shown]) => `${name}: the page shows ${shown}, the answer has ${reply.headers[name]}`)
  return [...wrongHeaders, ...bodyDeparture(answer, reply.body)]
}

function bodyDeparture(answer: Message, body: string): string[] {
  if (answer.body === '') return []
  if (/^[[{]/.test(answer.body)) return [departure(JSON.parse(answer.body), JSON.parse(body)) ?? []].flat()
  const text = body.replaceAll('\r\n', '\n').trimEnd()
  return textMatches(answer.body, text) ? [] : [`the page shows\n${answer.body}\nthe answer is\n${text.slice(0, 1000)}`]
}

test('the comparison of examples lets pages leave things out and notices what differs', () => {
  const given = {
    total: 2,
    rows: [
      { name: 'a', id: 'x1' },
      { name: 'b', id: 'x2' },
    ],
  }
  assert.equal(departure({ rows: [{ name: 'a', id: 'x…' }] }, given), undefined)
  assert.equal(departure({ rows: [{ name: 'a' }, '…'] }, given), undefined)
  assert.equal(departure({ total: 3 }, given), '/total: the page shows 3, the answer has 2')
  assert.equal(departure({ rows: [{}, { name: 'c' }] }, given), '/rows/1/name: the page shows "c", the answer has "b"')
  assert.equal(departure({ next: 'x' }, given), '/next: the page shows "x", the answer has undefined')
  assert.match(departure([], given) ?? '', /^the body: the page shows \[\]/)
  const page = '# A\n\n```http\nGET /a\nAccept: text/csv\n```\n\n```http\nHTTP/1.1 200 OK\n\na,b\n\n1,2\n```\n'
  assert.deepEqual(examplesOf('a.md', page), [
    {
      page: 'a.md',
      line: 3,
      request: { start: 'GET /a', headers: { accept: 'text/csv' }, body: '' },
      answer: { start: 'HTTP/1.1 200 OK', headers: {}, body: 'a,b\n\n1,2' },
    },
  ])
  assert.throws(() => examplesOf('a.md', '```http\nGET /a\n```\n'), /a\.md:1/)
})
