import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { Config } from '../src/foundation/kernel/config.ts'
import { problemTypes } from '../src/foundation/kernel/index.ts'
import { departure, examplesOf, readPage, type Section, sectionsOf } from './support/markdown.ts'

const docs = join(import.meta.dirname, '..', 'docs')

function entriesOf(page: string): Map<string, string> {
  const sections: Section[] = sectionsOf(readPage(docs, page)).filter(({ level }) => level === 2)
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
  assert.equal(departure([], given) !== undefined, true)
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
