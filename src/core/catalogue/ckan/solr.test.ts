import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseSolr, SolrSyntaxError } from './solr.ts'

const term = (text: string, field?: string, more: object = {}) => ({
  kind: 'term',
  text,
  phrase: false,
  prefix: false,
  ...(field && { field }),
  ...more,
})

test('questions in the language of Solr are read as trees', () => {
  for (const [text, tree] of [
    ['', { kind: 'all' }],
    ['*:*', { kind: 'all' }],
    ['roads', term('roads')],
    ['"road lengths"~2', term('road lengths', undefined, { phrase: true })],
    ['title:road*', term('road', 'title', { prefix: true })],
    ['a b', { kind: 'and', parts: [term('a'), term('b')] }],
    ['a OR -b', { kind: 'or', parts: [term('a'), { kind: 'not', part: term('b') }] }],
    ['+organization:(x OR y)', { kind: 'or', parts: [term('x', 'organization'), term('y', 'organization')] }],
    ['name:a\\:b', term('a:b', 'name')],
    ['covid-19', term('covid-19')],
    [
      'metadata_modified:[2020-01-01T00:00:00Z TO *}',
      { kind: 'range', field: 'metadata_modified', from: '2020-01-01T00:00:00Z', fromOpen: false, toOpen: true },
    ],
  ] as const)
    assert.deepEqual(parseSolr(text), tree, text)
})

test('what cannot be read is refused, local parameters first of all', () => {
  for (const text of ['{!lucene}a', 'a AND', '(a', 'a)', '"a', 'title:', '[a TO b]', 'x:[a b]', ']', '^2', 'OR'])
    assert.throws(() => parseSolr(text), SolrSyntaxError, text)
})

test('any text is read or refused, never a failure of another kind', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string({ unit: fc.constantFrom('a', ' ', '(', ')', '"', ':', '*', '[', ']', '-', '+', '\\', 'O', 'R', '{', '!') }),
      ),
      (text) => {
        try {
          parseSolr(text)
        } catch (error) {
          assert.ok(error instanceof SolrSyntaxError)
        }
      },
    ),
    { numRuns: 500 },
  )
})
