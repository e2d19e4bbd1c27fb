import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openStore } from '../../../foundation/engines/sqlite/index.ts'
import { CsvParser } from '../../../foundation/formats/csv.ts'
import { fixedClock, type Problem } from '../../../foundation/kernel/index.ts'
import { openRegisters, type Registers, verifyEntryProof } from '../index.ts'
import { readAt } from './at.ts'

let registers: Registers
before(async () => {
  registers = openRegisters({ store: openStore(':memory:'), clock: fixedClock('2026-11-24T12:00:00Z') })
  await registers.ship()
})

test('the shipped registers are entered once, and a second time changes nothing', async () => {
  const sizes = () => registers.summaries().map(({ register, entries, root }) => [register, entries, root])
  const before = sizes()
  assert.ok(before.length > 70)
  await registers.ship((register) => assert.fail(`${register} was entered again`))
  assert.deepEqual(sizes(), before)
})

test('a date is a day in the world, another number a size of the log', () => {
  assert.deepEqual(
    ['2005', '2004-02', '2005-04-01', '@2005', '12', '12345', ''].map((text) => readAt(text)),
    [{ day: '2005-12-31' }, { day: '2004-02-29' }, { day: '2005-04-01' }, { size: 2005 }, { size: 12 }, { size: 12345 }, {}],
  )
  for (const text of ['yesterday', '2005-13', '2005-4-1', '-1']) assert.throws(() => readAt(text), { code: 'parameter-invalid' }, text)
})

test('validate tells a code, a spelling of one, another list’s code and none apart', () => {
  const ask = (register: string, code: string, more = {}) => {
    const { result, canonical, status, issues } = registers.codes.validate(register, { code, ...more })
    return [result, canonical, status, issues.map((issue) => issue.code)]
  }
  assert.deepEqual(ask('country', 'GB'), [true, undefined, 'valid', []])
  assert.deepEqual(ask('country', ' gb'), [true, 'GB', 'valid', ['code-spelling']])
  assert.deepEqual(ask('country', 'GBR'), [true, 'GB', 'valid', ['code-of-other-list']])
  assert.deepEqual(ask('country', 'GBR', { strict: true }), [false, undefined, undefined, ['invalid-code']])
  assert.deepEqual(ask('country', 'QQ'), [false, undefined, undefined, ['invalid-code']])
  assert.deepEqual(ask('industrial-classification-2007', '01110'), [true, '01.11', 'valid', ['code-of-other-list']])
  assert.deepEqual(ask('local-authority', 'TAU', { activeOnly: true }), [false, undefined, 'superseded', ['status-check']])
  assert.deepEqual(ask('local-authority', 'TAU', { activeOnly: true, at: '2005' }), [true, undefined, 'valid', []])
  assert.deepEqual(ask('local-authority', 'CBD', { at: '2005' }), [true, undefined, 'reserved', ['status-check']])
  assert.deepEqual(ask('local-authority', 'LDS', { within: 'E12000003' }), [true, undefined, 'valid', []])
  assert.deepEqual(ask('local-authority', 'LDS', { within: 'W92000004' }), [false, undefined, 'valid', ['not-in-vs']])
  assert.deepEqual(ask('country', 'GB', { display: 'united kingdom' }), [true, undefined, 'valid', []])
  assert.deepEqual(ask('country', 'GB', { display: 'Utopia' }), [false, undefined, 'valid', ['invalid-display']])
  assert.throws(() => registers.codes.validate('country', { code: 'GB', within: 'nowhere' }), { code: 'register-code-not-found' })
})

test('a size of the log shows the register as it was', () => {
  assert.equal(registers.codes.lookup('country', 'DE', '2').display, 'West Germany')
  assert.equal(registers.codes.lookup('country', 'DE').display, 'Germany')
  assert.throws(() => registers.codes.lookup('country', 'GB', '2'), { code: 'register-code-not-found' })
  assert.throws(
    () => registers.codes.lookup('country', 'GB', '999999'),
    (error: Problem) => error.fields.pointer === '/at',
  )
})

test('expand filters by words, by what codes lie in and by use, and nests', () => {
  const { codes } = registers
  const found = codes.expand('local-authority', { filter: 'north york', activeOnly: true })
  assert.deepEqual(
    found.codes.map(({ code, display }) => [code, display]),
    [
      ['NYE', 'North Yorkshire'],
      ['YNYC', 'York and North Yorkshire'],
    ],
  )
  const tree = codes.expand('industrial-classification-2007', { within: 'B', nested: true })
  assert.equal(tree.total, 1)
  assert.deepEqual(tree.codes[0]?.contains?.map(({ code }) => code).sort(), ['05', '06', '07', '08', '09'])
  assert.equal(codes.subsumes('industrial-classification-2007', 'B', '05.10'), 'subsumes')
  assert.equal(codes.subsumes('industrial-classification-2007', '05.10', 'B'), 'subsumed-by')
  assert.equal(codes.subsumes('industrial-classification-2007', '05.10', '06'), 'not-subsumed')
})

test('a code that was split goes to its parts by their shares, one that was merged comes back to its sources', () => {
  const { codes } = registers
  const split = codes.translate('local-authority', 'CMA')
  assert.deepEqual(
    split.matches.map(({ code, weight, relationship, path }) => [code, weight, relationship, path[0]?.basis]),
    [
      ['CBD', 0.549, 'source-is-broader-than-target', 'stated'],
      ['WAF', 0.451, 'source-is-broader-than-target', 'stated'],
    ],
  )
  assert.deepEqual(
    codes.translate('local-authority', 'SWT', { at: '2010' }).matches.map(({ code }) => code),
    ['TAU', 'WSO'],
  )
  const chain = codes.translate('local-authority', 'WSO')
  assert.deepEqual(
    chain.matches.map(({ code, path }) => [code, path.map(({ from, to }) => `${from} ${to}`)]),
    [['SMT', ['local-authority:WSO local-authority:SWT', 'local-authority:SWT local-authority:SMT']]],
  )
  assert.deepEqual(
    codes.translate('country', 'CS').matches.map(({ code }) => code),
    ['CZ', 'SK'],
  )
  assert.deepEqual(
    codes.translate('local-authority', 'NIR-X').matches.map(({ code }) => code),
    ['AND'],
  )
  assert.deepEqual(
    codes.translate('statistical-geography-area', 'E07000019').matches.map(({ code }) => code),
    ['E06000052'],
  )
})

test('codes go into other registers straight, and through their successors where they must', () => {
  const into = (code: string, to: string, at?: string) =>
    registers.codes.translate('local-authority', code, { to, ...(at && { at }) }).matches.map((match) => match.code)
  assert.deepEqual(into('ADU', 'statistical-geography-area'), ['E07000223'])
  assert.deepEqual(into('TAU', 'statistical-geography-area'), ['E06000066'])
  assert.deepEqual(into('TAU', 'statistical-geography-area', '2012'), ['E07000190'])
  assert.deepEqual(registers.codes.translate('country', 'GB', { to: 'licence' }).result, false)
})

test('answers carry proofs that hold, and that do not when a letter is changed', () => {
  const { matches } = registers.codes.translate('local-authority', 'WSO')
  const proofs = registers.codes.prove(matches.flatMap(({ path }) => path))
  assert.deepEqual(
    proofs.map((proof) => verifyEntryProof(proof).holds),
    [true, true],
  )
  const [first] = proofs
  assert.equal(verifyEntryProof({ ...first!, items: [{ ...first!.items[0], name: 'Elsewhere' }] }).holds, false)
  assert.equal(verifyEntryProof({ ...first!, entry: first!.entry + 1 }).holds, false)
  assert.equal(verifyEntryProof({ ...first!, auditPath: first!.auditPath.slice(1) }).holds, false)
})

const data = fileURLToPath(new URL('../../../../../shared/data/registers', import.meta.url))
const skip = existsSync(data) ? false : 'the published tables are not here'

function table(path: string, delimiter: string): Record<string, string>[] {
  const parser = new CsvParser({ delimiter, quote: '"', newline: '\n' })
  const [header, ...rows] = [...parser.push(readFileSync(join(data, path), 'utf8')), ...parser.end()].map(({ cells }) => cells)
  return rows.map((cells) => Object.fromEntries(header!.map((name, at) => [name, cells[at] ?? ''])))
}

test('SIC 2003 to 2007 and back agree with the published table everywhere', { skip }, () => {
  const rows = table('sic/industrial-classification-correlation.tsv', '\t').filter(({ source }) => source)
  const code = (text: string) => text.split(':')[1]!
  for (const [from, to, columns] of [
    ['2003', '2007', ['source', 'target']],
    ['2007', '2003', ['target', 'source']],
  ] as const) {
    const wanted = Map.groupBy(rows, (row) => code(row[columns[0]]!))
    for (const [source, pairs] of wanted) {
      const { matches } = registers.codes.translate(`industrial-classification-${from}`, source, { to: `industrial-classification-${to}` })
      assert.deepEqual(matches.map((match) => match.code).sort(), [...new Set(pairs.map((row) => code(row[columns[1]]!)))].sort(), source)
      assert.ok(Math.abs(matches.reduce((sum, { weight }) => sum + weight, 0) - 1) < 1e-4, source)
    }
  }
})

test('successors of local authorities agree with the published table everywhere, whichever code is asked for', { skip }, () => {
  const rows = new Map(table('mysociety/uk_local_authorities_future.csv', ',').map((row) => [row['local-authority-code']!, row]))
  const today = (code: string): string[] => {
    const row = rows.get(code)!
    return row['end-date'] ? row['replaced-by']!.split(',').filter(Boolean).flatMap(today) : [code]
  }
  let asked = 0
  for (const [code, row] of rows) {
    const wanted = [...new Set(today(code))].sort()
    if (wanted.length === 0) continue // the table names no successor
    for (const text of [code, row['gss-code']!, row['snac']!].filter(Boolean)) {
      const { matches } = registers.codes.translate('local-authority', text)
      assert.deepEqual(matches.map((match) => match.code).sort(), wanted, text)
      asked += 1
    }
  }
  assert.ok(asked > 1000)
})
