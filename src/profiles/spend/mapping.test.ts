import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bestMapping, type ColumnEvidence, mapColumns, wordsOf } from './mapping.ts'
import { layouts, over500, over25000 } from './model.ts'

const types: Record<string, string> = { date: 'date', amount: 'number' }
const columnsOf = (headers: string[], typed: Record<string, string> = {}): ColumnEvidence[] =>
  headers.map((name) => ({ name, type: typed[name] ?? types[name.toLowerCase()] ?? 'text' }))
const mapped = (layout: typeof over25000, columns: ColumnEvidence[]) =>
  Object.fromEntries(mapColumns(layout, columns).fields.map(({ field, column }) => [field, columns[column]?.name]))

test('headers are read in plain words, however they are printed', () => {
  for (const [printed, words] of [
    ['Department Family(T)', 'department family'],
    ['1 Department Family', 'department family'],
    ['SupplierName', 'supplier name'],
    ['Supplier ID(T)', 'supplier'],
    ['transaction_num', 'transaction num'],
    ['Amount (£)', 'amount'],
  ])
    assert.equal(wordsOf(printed as string).plain, words)
})

test('the layout of the departments is found with its misspellings', () => {
  assert.deepEqual(
    mapped(
      over25000,
      columnsOf(
        [
          'Departmental Family',
          'Entity',
          'Date of Payment',
          'Expence Type',
          'Expense area',
          'Supplier',
          'Transation number',
          'Amount (£)',
          'Desciption',
        ],
        {
          'Date of Payment': 'date',
          'Amount (£)': 'number',
        },
      ),
    ),
    {
      departmentFamily: 'Departmental Family',
      entity: 'Entity',
      date: 'Date of Payment',
      expenseType: 'Expence Type',
      expenseArea: 'Expense area',
      supplier: 'Supplier',
      transactionNumber: 'Transation number',
      amount: 'Amount (£)',
      description: 'Desciption',
    },
  )
})

test('what only sounds like a field is left alone', () => {
  const columns = columnsOf([
    'Supplier',
    'Supplier Postcode',
    'Supplier Type',
    'Contract Number',
    'Vat Registration Num',
    'Expenditure type',
    'Expense type',
  ])
  assert.deepEqual(mapped(over25000, columns), { expenseType: 'Expense type', supplier: 'Supplier' })
})

test('the layout of the councils is found through ledger names', () => {
  assert.deepEqual(
    mapped(
      over500,
      columnsOf(['Strgrp(T)', 'Cipfsubj(T)', 'TransNo', 'Seq No', 'Supplier id(T)', 'Amount', 'Updated'], { Updated: 'date' }),
    ),
    { date: 'Updated', department: 'Strgrp(T)', supplier: 'Supplier id(T)', amount: 'Amount', transactionNumber: 'TransNo' },
  )
})

test('a column without a header is known by its content where only one can be meant', () => {
  const mapping = mapColumns(over500, [
    { name: 'column_1', type: 'date' },
    { name: 'column_2', type: 'number' },
    { name: 'column_3', type: 'text', values: ['ACME LTD', 'Leeds City Council', 'J Smith'] },
  ])
  assert.deepEqual(
    mapping.fields.map(({ field, column, confidence }) => [field, column, confidence]),
    [
      ['date', 0, 0.5],
      ['supplier', 2, 0.5],
      ['amount', 1, 0.5],
    ],
  )
  assert.deepEqual(mapping.missing, ['department'])
})

test('a file that is no spending has no confidence, and a department is told from a council', () => {
  assert.equal(bestMapping(layouts, columnsOf(['Town', 'Opened', 'Beds']))?.confidence, 0)
  assert.equal(
    bestMapping(layouts, columnsOf(['Department family', 'Entity', 'Date', 'Expense type', 'Supplier', 'Transaction number', 'Amount']))
      ?.layout,
    'spend-over-25000',
  )
  assert.equal(bestMapping(layouts, columnsOf(['Body Name', 'Service Label', 'Date', 'Supplier Name', 'Amount']))?.layout, 'spend-over-500')
})

test('whatever the headers, no column serves two fields and no field has two columns', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ name: fc.string(), type: fc.constantFrom('text', 'date', 'number', 'integer') }), { maxLength: 12 }),
      (columns) => {
        const { fields } = mapColumns(over25000, columns)
        assert.equal(new Set(fields.map(({ field }) => field)).size, fields.length)
        assert.equal(new Set(fields.map(({ column }) => column)).size, fields.length)
      },
    ),
    { numRuns: 200 },
  )
})
