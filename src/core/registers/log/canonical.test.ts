import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sha256 } from '../../../foundation/merkle/index.ts'
import { canonicalJson, readCanonical } from './canonical.ts'
import { shaName } from './leaf.ts'
import { blobHash, entryHash, multihash, redactValue } from './object-hash.ts'

const country = {
  id: 'GB',
  'official-name': 'The United Kingdom of Great Britain and Northern Ireland',
  name: 'United Kingdom',
  'citizen-names': ['Briton', 'British citizen'],
}

test('canonical JSON reads back as itself, and any other writing of the same value is refused', () => {
  const value = fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.string()))
  fc.assert(
    fc.property(fc.dictionary(fc.string(), value), (item) => {
      const text = canonicalJson(item)
      assert.deepEqual(readCanonical(text), JSON.parse(text))
      assert.equal(readCanonical(` ${text}`), undefined)
    }),
  )
  for (const text of ['{"b":"1","a":"2"}', '{"a": "1"}', '{"a":"\\u001f"}', '{"a":"\\/"}', '{"a":"1","a":"1"}', '["a"]', '"a"', '{'])
    assert.equal(readCanonical(text), undefined, text)
  assert.deepEqual(readCanonical('{"a":"\\u001F/\\\\u00e9"}'), { a: '\u001f/\\u00e9' })
})

test('hashes of items and entries are those of the published examples', () => {
  assert.equal(
    shaName(sha256(canonicalJson({ foo: 'abc', bar: 'xyz' }))),
    'sha-256:5dd4fe3b0de91882dae86b223ca531b5c8f2335d9ee3fd0ab18dfdc2871d0c61',
  )
  assert.equal(multihash(blobHash(country)), '122045d9392ad17cead3fa46501eba3e5ac237cb46a39f1e175905f00ef6a6667257')
  const blob = Buffer.from('6b18693874513ba13da54d61aafa7cad0c8f5573f3431d6f1c04b07ddb27d6bb', 'hex')
  assert.equal(
    entryHash({ number: 6, key: 'GB', timestamp: '2016-04-05T13:23:05Z', blob }).toString('hex'),
    '51a02cd5692c6a03ba78330cb68f8e26e976c5933af0aa8d779589a1e6264e4b',
  )
})

test('taking values out of an item leaves its multihash as it was', () => {
  const official = redactValue(country['official-name'])
  assert.equal(official, '**REDACTED**bf1860175c77869938cf9f4b37edb00f2f387be7b361f9c2c4a2ac202c1ba2e5')
  const value = fc.oneof(fc.string({ minLength: 1 }), fc.array(fc.string({ minLength: 1 }), { minLength: 1 }))
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1 }), value, { minKeys: 1 }), (item) => {
      const name = Object.keys(item)[0]!
      assert.deepEqual(blobHash({ ...item, [name]: redactValue(item[name]!) }), blobHash(item))
    }),
  )
})
