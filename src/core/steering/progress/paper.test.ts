import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../../../foundation/kernel/index.ts'
import { readPaper } from './paper.ts'

const miniature = `Policy paper

Action 7: share what is known

Updated 3 March 2016

Here is what each does:

1. The Office of Tides

1.1 Progress during 2015

The office does not hold data sets
that could be opened.

1.2 Planned activities in 2016

It will look again.

2. Ministry for Lamps

Progress during 2015

Lamps were counted.

1. Street lamps only.

2.1 Planned activities for 2016

Lamps will be mapped.

An API will follow

3. Bureau of Bells

3.1 Progress during 2015

Bells rang.

3.2 Planned activities in 2016

More bells.`

test('a paper gives its title, day and action, and each department with its paragraphs under the numbers as printed', () => {
  const { slips: _slips, ...paper } = readPaper(miniature)
  assert.deepEqual(paper, {
    title: 'Action 7: share what is known',
    updated: '2016-03-03',
    action: 7,
    departments: [
      {
        number: 1,
        title: 'The Office of Tides',
        line: 9,
        sections: [
          {
            kind: 'progress',
            year: 2015,
            number: '1.1',
            heading: 'Progress during 2015',
            line: 11,
            paragraphs: ['The office does not hold data sets that could be opened.'],
          },
          {
            kind: 'planned',
            year: 2016,
            number: '1.2',
            heading: 'Planned activities in 2016',
            line: 16,
            paragraphs: ['It will look again.'],
          },
        ],
      },
      {
        number: 2,
        title: 'Ministry for Lamps',
        line: 20,
        sections: [
          {
            kind: 'progress',
            year: 2015,
            number: null,
            heading: 'Progress during 2015',
            line: 22,
            paragraphs: ['Lamps were counted.', '1. Street lamps only.'],
          },
          {
            kind: 'planned',
            year: 2016,
            number: '2.1',
            heading: 'Planned activities for 2016',
            line: 28,
            paragraphs: ['Lamps will be mapped.', 'An API will follow'],
          },
        ],
      },
      {
        number: 3,
        title: 'Bureau of Bells',
        line: 34,
        sections: [
          { kind: 'progress', year: 2015, number: '3.1', heading: 'Progress during 2015', line: 36, paragraphs: ['Bells rang.'] },
          { kind: 'planned', year: 2016, number: '3.2', heading: 'Planned activities in 2016', line: 40, paragraphs: ['More bells.'] },
        ],
      },
    ],
  })
})

test('a missing number, the number it shifts and a heading unlike the others are told with their lines', () => {
  assert.deepEqual(readPaper(miniature).slips, [
    { code: 'number-missing', line: 22, department: 2, found: 'Progress during 2015', expected: '2.1' },
    { code: 'number-unexpected', line: 28, department: 2, found: '2.1', expected: '2.2' },
    {
      code: 'heading-differs',
      line: 28,
      department: 2,
      found: 'Planned activities for 2016',
      expected: 'Planned activities in 2016',
    },
  ])
})

test('text cut short, text outside a section, a department left out and a section left out are slips too', () => {
  const text = '1. A body\n\n1.1 Progress during 2015\n\nDone.\n\n2. B body\n\nStray words.\n\n2.1 Progress during 2015\n\nDone.'
  const cut = `${text}\n\n4. D body\n\n4.1 Progress during 2015\n\nIt was to be`
  assert.deepEqual(
    readPaper(cut).slips.map(({ code, line, department, expected }) => [code, line, department, expected]),
    [
      ['section-missing', 1, 1, 'planned'],
      ['section-missing', 7, 2, 'planned'],
      ['text-unplaced', 9, 2, undefined],
      ['number-unexpected', 15, 4, '3'],
      ['section-missing', 15, 4, 'planned'],
      ['text-unfinished', 19, 4, undefined],
    ],
  )
})

test('line ends, a byte order mark and spaces around lines change nothing', () => {
  const same = readPaper(`\ufeff${miniature.replaceAll('\n', '  \r\n')}`)
  assert.deepEqual(same, readPaper(miniature))
})

test('a text without departments is refused as not a paper', () => {
  for (const text of ['', 'Hello.', '1. Milk\n\n2. Bread', '1.1 Progress during 2014'])
    assert.throws(
      () => readPaper(text),
      (error) => error instanceof Problem && error.code === 'paper-not-recognised',
    )
})

test('a paper written from any departments reads back as those departments, without slips', () => {
  const word = fc.stringMatching(/^[A-Z][a-z]{1,9}$/)
  const paragraph = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => `${words.join(' ')}.`)
  const department = fc.record(
    {
      title: fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' ')),
      done: fc.array(paragraph, { minLength: 1, maxLength: 3 }),
      planned: fc.array(paragraph, { minLength: 1, maxLength: 3 }),
    },
    { noNullPrototype: true },
  )
  fc.assert(
    fc.property(fc.array(department, { minLength: 1, maxLength: 6 }), (departments) => {
      const text = departments
        .flatMap(({ title, done, planned }, at) => [
          `${at + 1}. ${title}`,
          `${at + 1}.1 Progress during 2014`,
          ...done,
          `${at + 1}.2 Planned activities in 2015`,
          ...planned,
        ])
        .join('\n\n')
      const read = readPaper(text)
      assert.deepEqual(read.slips, [])
      assert.deepEqual(
        read.departments.map(({ title, sections }) => ({ title, done: sections[0]?.paragraphs, planned: sections[1]?.paragraphs })),
        departments,
      )
    }),
  )
})
