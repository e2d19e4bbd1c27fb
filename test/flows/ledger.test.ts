import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { tilePath, tilesOf } from '../../src/core/access/ledger/tiles.ts'
import { verifyEventProof, verifyLog } from '../../src/core/access/ledger/verify.ts'
import { asha, type ConsentBench, consentBench, growLog } from '../support/consent.ts'

const program = join(import.meta.dirname, '../../src/edge/cli/main.ts')

async function verify(...words: string[]): Promise<{ code: number; verdict: { holds: boolean; size: number; reason?: string } }> {
  const child = spawn(process.execPath, [program, 'ledger', 'verify', ...words, '--json'])
  let stdout = ''
  child.stdout.on('data', (bytes) => void (stdout += bytes))
  const [code] = (await once(child, 'close')) as [number]
  return { code, verdict: stdout ? JSON.parse(stdout) : undefined }
}

async function served(t: TestContext, entries: number) {
  const bench = await consentBench(t)
  await growLog(bench, entries)
  return bench
}

/** The files of the log, as anybody may fetch them. */
async function copied({ send, folder }: ConsentBench, name: string) {
  const to = join(folder, name)
  const note = (await send({ kind: 'public' }, 'GET', '/ledger/checkpoint')).text
  const size = Number(note.split('\n')[1])
  await mkdir(to, { recursive: true })
  for (const tile of tilesOf(size)) {
    const path = join(to, 'tile', tilePath(tile))
    await mkdir(join(path, '..'), { recursive: true })
    await writeFile(path, (await send({ kind: 'public' }, 'GET', `/ledger/tile/${tilePath(tile)}`)).bytes)
  }
  await writeFile(join(to, 'checkpoint'), note)
  return to
}

test('a log is verified from its files alone, and anything changed in them is found', async (t) => {
  const bench = await served(t, 300)
  const key = bench.consent.ledger.verifierKey
  const before = await copied(bench, 'before')
  await growLog(bench, 300)
  const now = await copied(bench, 'now')
  assert.deepEqual((await readdir(join(now, 'tile'))).sort(), ['0', '1', 'entries'])
  const good = await verify(now, '--key', key, '--older', join(before, 'checkpoint'))
  assert.deepEqual([good.code, good.verdict.holds, good.verdict.size], [0, true, 600])

  const breakings: Array<[string, (bytes: Buffer) => Buffer | undefined, RegExp]> = [
    ['tile/entries/001', (bytes) => flipped(bytes, 100), /do not lead to the signed root/],
    ['tile/entries/002.p/88', (bytes) => bytes.subarray(0, -34), /missing or cut/],
    ['tile/0/000', (bytes) => flipped(bytes, 0), /Tile 0\/0 is not that of the entries/],
    ['tile/1/000.p/2', () => undefined, /Tile 1\/0/],
    ['checkpoint', (bytes) => Buffer.from(bytes.toString().replace('\n600\n', '\n599\n')), /not signed/],
  ]
  for (const [path, change, reason] of breakings) {
    const kept = await readFile(join(now, path))
    const changed = change(Buffer.from(kept))
    if (changed) await writeFile(join(now, path), changed)
    else await rm(join(now, path))
    assert.match((await inFolder(now, key)).reason!, reason)
    await writeFile(join(now, path), kept)
  }
  const other = await served(t, 2)
  const wrongKey = await verify(now, '--key', other.consent.ledger.verifierKey)
  assert.equal(wrongKey.code, 3)
  assert.match(wrongKey.verdict.reason!, /not signed/)
})

const inFolder = async (folder: string, key: string) =>
  verifyLog(
    {
      checkpoint: await readFile(join(folder, 'checkpoint'), 'utf8'),
      tile: (name) => readFile(join(folder, 'tile', tilePath(name))).catch(() => undefined),
    },
    key,
  )

function flipped(bytes: Buffer, at: number): Buffer {
  bytes[at]! ^= 1
  return bytes
}

test('a log without entries is signed, verified, and continued by what comes', async (t) => {
  const bench = await served(t, 0)
  const key = bench.consent.ledger.verifierKey
  const empty = await copied(bench, 'empty')
  assert.deepEqual((await readFile(join(empty, 'checkpoint'), 'utf8')).split('\n').slice(0, 4), [
    'sixteen.test/ledger',
    '0',
    '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
    '',
  ])
  assert.deepEqual((await inFolder(empty, key)).holds, true)
  await growLog(bench, 3)
  const now = await copied(bench, 'now')
  assert.deepEqual((await verify(now, '--key', key, '--older', join(empty, 'checkpoint'))).verdict.holds, true)
})

test('the proof of an entry holds by itself, and for no other event', async (t) => {
  const bench = await served(t, 5)
  const { entries } = (await bench.send(asha, 'GET', '/me/access-history?limit=1')).body as { entries: Array<{ id: string }> }
  const { body } = await bench.send(asha, 'GET', `/me/access-history/${entries[0]!.id}/proof`)
  const proof = body as { event: string; salt: string; proof: string }
  const key = bench.consent.ledger.verifierKey
  const file = join(bench.folder, 'proof.json')
  await writeFile(file, JSON.stringify(proof))
  assert.deepEqual((await verify(file, '--key', key)).verdict.holds, true)
  const other = { ...proof, event: proof.event.replace('lastName', 'endorsements') }
  assert.match(verifyEventProof(other, key).reason!, /not what the log committed to/)
  assert.match(
    verifyEventProof({ ...proof, proof: proof.proof.replace('index 4', 'index 3') }, key).reason!,
    /not what the log committed to/,
  )
})

test('tiles that are not there yet, and paths that are none, are not found', async (t) => {
  const bench = await served(t, 300)
  const asked = async (path: string) => (await bench.send({ kind: 'public' }, 'GET', `/ledger/tile/${path}`)).status
  for (const path of ['0/000', '0/001.p/44', '1/000.p/1', 'entries/001.p/7']) assert.equal(await asked(path), 200, path)
  for (const path of [
    '0/001',
    '0/001.p/45',
    '0/0',
    '1/000',
    '8/000',
    '00/000',
    '0/000.p/256',
    '0/000.p/0',
    'entries/x000/000',
    'entries/..%2f..%2fkeys',
    '',
  ])
    assert.equal(await asked(path), 404, path)
})
