import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawLineage } from './lineage.ts'

test('codes stand in columns through time, each joined to what it became', () => {
  const picture = drawLineage({
    nodes: [
      { code: 'A', name: 'First', years: 'until 2019', step: -1 },
      { code: 'B', name: 'Second', years: 'until 2019', step: -1 },
      { code: 'C', name: 'A name that is too long for its box', years: '', step: 0 },
    ],
    edges: [
      { from: 'A', to: 'C' },
      { from: 'B', to: 'C', share: '40%' },
      { from: 'B', to: 'nowhere' },
    ],
  })
  assert.deepEqual(
    picture.nodes.map(({ code, x, y, self, short }) => [code, x, y, self, short]),
    [
      ['A', 1, 1, false, 'First'],
      ['B', 1, 67, false, 'Second'],
      ['C', 261, 34, true, 'A name that is too l…'],
    ],
  )
  assert.deepEqual(picture.edges, [
    { path: 'M191 27C226 27 226 60 261 60', x: 226, y: 39.5 },
    { path: 'M191 93C226 93 226 60 261 60', share: '40%', x: 226, y: 72.5 },
  ])
  assert.deepEqual([picture.width, picture.height], [452, 120])
})
