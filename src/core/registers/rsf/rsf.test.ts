import assert from 'node:assert/strict'
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openStore } from '../../../foundation/engines/sqlite/index.ts'
import { fixedClock, type Problem } from '../../../foundation/kernel/index.ts'
import { sha256 } from '../../../foundation/merkle/index.ts'
import { openRegisters } from '../index.ts'
import { shaName } from '../log/leaf.ts'
import { verifyRsf } from './verify.ts'

const EMPTY = 'assert-root-hash\tsha-256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const uk = '{"country":"GB","name":"United Kingdom"}'
const ukHash = shaName(sha256(uk))
const addUk = `add-item\t${uk}`
const appendUk = `append-entry\tuser\tGB\t2016-04-05T13:23:05Z\t${ukHash}`

async function* lines(...all: string[]): AsyncGenerator<Uint8Array> {
  yield Buffer.from(all.map((line) => `${line}\n`).join(''))
}

const newRegisters = () => openRegisters({ store: openStore(':memory:'), clock: fixedClock('2026-11-24T12:00:00Z') })

const wrong: Array<[string, string[], string, number]> = [
  ['an unknown command', [EMPTY, 'delete-entry\tGB'], 'rsf-unknown-command', 2],
  ['too few arguments', [EMPTY, addUk, 'append-entry\tuser\tGB'], 'rsf-wrong-argument-count', 3],
  ['JSON with spaces', [EMPTY, 'add-item\t{"country": "GB"}'], 'rsf-not-canonical-json', 2],
  ['members out of order', [EMPTY, 'add-item\t{"name":"x","country":"GB"}'], 'rsf-not-canonical-json', 2],
  ['a day that does not exist', [addUk, appendUk.replace('04-05', '02-30')], 'rsf-bad-timestamp', 2],
  ['a time zone', [addUk, appendUk.replace('Z\t', '+01:00\t')], 'rsf-bad-timestamp', 2],
  ['a type that is neither', [addUk, appendUk.replace('user', 'guest')], 'rsf-bad-entry-type', 2],
  ['an empty key', [addUk, appendUk.replace('GB', '')], 'rsf-bad-key', 2],
  ['a short hash', [addUk, appendUk.slice(0, -1)], 'rsf-bad-hash', 2],
  ['an item nobody refers to', [EMPTY, addUk], 'rsf-orphan-item', 2],
  ['an entry without its item', [EMPTY, appendUk], 'rsf-orphan-entry', 2],
  ['a root that is another', [addUk, appendUk, EMPTY], 'rsf-root-mismatch', 3],
]

test('each thing that can be wrong with RSF has its name and its line, in the verifier and at the door alike', async () => {
  for (const [what, text, code, line] of wrong) {
    const { holds, issues } = await verifyRsf(lines(...text))
    assert.deepEqual([holds, issues[0]?.code, issues[0]?.line], [false, code, line], what)
    const registers = newRegisters()
    await assert.rejects(registers.load('country', lines(...text)), (error: Problem) => {
      assert.deepEqual([error.code, error.fields['issue'], error.fields['line']], ['rsf-invalid', code, line], what)
      return true
    })
    assert.deepEqual(registers.names(), [], 'nothing is left behind')
  }
})

test('what is not UTF-8 is named, not repaired', async () => {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Buffer.concat([Buffer.from('add-item\t{"a":"'), Buffer.of(0xe9), Buffer.from('"}\n')])
  }
  assert.equal((await verifyRsf(bytes())).issues[0]?.code, 'rsf-not-utf-8')
})

test('a file that ends after its last root tells for how many entries that root was true', async () => {
  const root = `assert-root-hash\t${(await verifyRsf(lines(addUk, appendUk))).root}`
  assert.deepEqual(await verifyRsf(lines(EMPTY, addUk, appendUk, root, appendUk)), {
    holds: false,
    assertedRoot: root.split('\t')[1],
    validPrefix: 1,
    root: (await verifyRsf(lines(addUk, appendUk, appendUk))).root,
    userEntries: 2,
    systemEntries: 0,
    items: 1,
    assertions: 2,
    redactions: 0,
    issues: [],
  })
})

test('a delta that does not fit changes nothing, and the register goes on from where it was', async () => {
  const registers = newRegisters()
  const { size } = await registers.load('country', lines(EMPTY, addUk, appendUk))
  assert.equal(size, 1)
  const before = registers.summary('country')
  await assert.rejects(registers.load('country', lines(EMPTY, appendUk)), { code: 'rsf-invalid' })
  await assert.rejects(registers.load('country', lines(appendUk, appendUk, 'nonsense')), { code: 'rsf-invalid' })
  assert.deepEqual(registers.summary('country'), before)
  await registers.load('country', lines(`assert-root-hash\t${before.root}`, appendUk))
  assert.equal(registers.summary('country').entries, 2)
})

test('values taken out of an item leave every root, and the RSF with its certificate verifies and loads', async () => {
  const registers = newRegisters()
  await registers.load('country', lines(EMPTY, addUk, appendUk))
  const before = registers.summary('country')
  const blobs = await registers.reader.blobRoot(registers.reader.row('country'))
  await registers.redact('country', { item: ukHash, fields: ['name'], reason: 'asked for' })
  assert.deepEqual(registers.summary('country'), before)
  assert.deepEqual(await registers.reader.blobRoot(registers.reader.row('country')), blobs)
  const row = registers.reader.row('country')
  assert.match(registers.reader.item(row, sha256(uk)) ?? '', /^\{"country":"GB","name":"\*\*REDACTED\*\*[0-9a-f]{64}"\}$/)
  const rsf = [...registers.reader.rsf(row, false)].join('')
  const verdict = await verifyRsf(lines(rsf.trimEnd()))
  assert.deepEqual([verdict.holds, verdict.redactions, verdict.root], [true, 1, before.root])
  const other = newRegisters()
  await other.load('country', lines(rsf.trimEnd()))
  assert.equal(other.summary('country').root, before.root)
  assert.deepEqual([...other.reader.rsf(other.reader.row('country'), true)].join(''), rsf)
  const forged = rsf.replace('REDACTED**', 'REDACTED**0').replace(/[0-9a-f](?="\})/, '')
  assert.equal((await verifyRsf(lines(forged.trimEnd()))).holds, false)
})

const data = fileURLToPath(new URL('../../../../../shared/data/registers/rsf', import.meta.url))
const skip = existsSync(data) ? false : 'the published registers are not here'

test('published registers: verdict, prefix, and the file back byte for byte', { skip }, async () => {
  const registers = newRegisters()
  const expected = readFileSync(join(data, 'expected.csv'), 'utf8').trim().split('\n').slice(1)
  assert.equal(expected.length, 20)
  for (const row of expected) {
    const [file = '', root, equal, prefix, entries] = row.split(',')
    const verdict = await verifyRsf(createReadStream(join(data, file)))
    assert.deepEqual(
      [verdict.assertedRoot, verdict.holds, verdict.validPrefix, verdict.userEntries],
      [root, equal === 'yes', Number(prefix), Number(entries)],
      file,
    )
    const name = file.replace('.rsf', '')
    await registers.load(name, createReadStream(join(data, file)))
    const written = [...registers.reader.rsf(registers.reader.row(name), true)].join('')
    assert.equal(written, readFileSync(join(data, file), 'utf8'), file)
  }
})

test('published proofs of the country register come out exactly', { skip }, async () => {
  const registers = newRegisters()
  await registers.load('country', createReadStream(join(data, 'country.rsf')))
  const { reader } = registers
  const row = reader.row('country')
  const short = (hashes: Buffer[]) => hashes.map((hash) => hash.toString('hex').slice(0, 16))
  assert.equal(shaName(reader.root(row, 208)), 'sha-256:8d92e1e0af1d43c41e498e6baed0d0b3ea2770d1bf9d2afc04e9c4dad7795729')
  assert.deepEqual(short(reader.auditPath(row, 10, 200)), [
    'f0ebeef6be205cfc',
    '8dc980062c4e6ffd',
    'c48916df15f3f6e0',
    '08e9d6bd5717717c',
    '43834a10ac7dcecc',
    '10d897e8df009641',
    'e483ea76d5ca3fdc',
    'ca77ecfa5a4e847c',
  ])
  assert.deepEqual(short(reader.consistencyPath(row, 197, 200)), [
    '73f13521226acdfa',
    '8a16bb948f55ef95',
    'be8a541a0a763f88',
    '733c1adf88daff4b',
    '6242c4d6fde2c79c',
    '20b0c02232b50a58',
  ])
})
