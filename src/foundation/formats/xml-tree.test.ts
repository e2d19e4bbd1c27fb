import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { elementsAt, readXmlTree } from './xml-tree.ts'
import { xmlText } from './xml-write.ts'

test('an XML text is read as a tree of local names', () => {
  const tree = readXmlTree('<s:Envelope xmlns:s="urn:s"><s:Body><a id="1">x &amp; <![CDATA[<y>]]></a><a/></s:Body></s:Envelope>')
  assert.deepEqual(
    elementsAt(tree, 'Body/a').map(({ text, attributes }) => [text, attributes]),
    [
      ['x & <y>', { id: '1' }],
      ['', {}],
    ],
  )
  assert.deepEqual(elementsAt(tree, 'Body/b'), [])
})

test('entities of its own, depth without end and what is no XML are refused', () => {
  const bomb = '<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]><a>&c;</a>'
  for (const text of [bomb, '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', '<a>'.repeat(200), '<a><b></a>', 'a', '', '<a>&b;</a>'])
    assert.throws(() => readXmlTree(text), TypeError, text.slice(0, 40))
})

test('any text stands in XML and comes back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      // XML itself makes every line end a line feed, and cannot hold control characters.
      const kept = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '').replace(/\r\n?/g, '\n')
      assert.equal(readXmlTree(`<a>${xmlText(text)}</a>`).text, kept)
    }),
  )
})
