import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readConfig } from '../../foundation/kernel/index.ts'
import { makeAssets, withoutBranding } from './assets.ts'

test('the stylesheet holds neither the typeface nor the crest, and its address changes with the accent', () => {
  const plain = makeAssets(readConfig())
  const green = makeAssets(readConfig({}, { accent: '#006644' }))
  const css = plain.css.body.toString()
  assert.doesNotMatch(css, /GDS Transport|@font-face|crest|url\(/i)
  assert.match(css, /--accent: ?#0b5394/)
  assert.match(plain.css.address, /^\/assets\/site-[0-9a-f]{12}\.css$/)
  assert.notEqual(plain.css.address, green.css.address)
})

test('a stylesheet from which the branding cannot be taken is refused', () => {
  assert.equal(withoutBranding('/*! x */@font-face{font-family:GDS Transport}.a{color:red}'), '.a{color:red}')
  assert.throws(() => withoutBranding('.a{font:1em "GDS Transport"}'), /still hold/)
})
