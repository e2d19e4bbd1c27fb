import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { type Consent, openConsent, tilePath } from '../../src/core/access/index.ts'
import { ed25519 } from '../../src/core/access/ledger/keys.ts'
import { COSIGNATURE, isSignedBy, readNote, readVerifierKey, verifierKey } from '../../src/core/access/ledger/note.ts'
import { verifyLog } from '../../src/core/access/ledger/verify.ts'
import { cosign, readAddCheckpoint } from '../../src/core/access/witnesses/watch.ts'
import { Events } from '../../src/foundation/kernel/index.ts'
import { consistencyPath } from '../../src/foundation/merkle/index.ts'
import { type ConsentBench, consentBench, growLog, nobody } from '../support/consent.ts'
import { newSixteen } from '../support/sixteen.ts'

const text = (bench: ConsentBench, url: string, payload: string) =>
  bench.app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'text/plain', 'x-actor': JSON.stringify(nobody) } })

const request = ({ consent: { ledger } }: ConsentBench, old: number, size = ledger.checkpoint()!.size): string => {
  const proof = consistencyPath(old, size, ledger.node).map((hash) => `${hash.toString('base64')}\n`)
  return `old ${old}\n${proof.join('')}\n${ledger.published()}`
}

/** A log, and a server that is a witness of it. */
async function pair(t: TestContext) {
  const log = await consentBench(t, { host: 'log.test' })
  const witness = await consentBench(t, { host: 'witness.test', witnessedLogs: [log.consent.ledger.verifierKey] })
  return { log, witness }
}

test('a witness cosigns what continues the log it saw, and nothing else', async (t) => {
  const { log, witness } = await pair(t)
  const add = async (body: string) => {
    const { statusCode, headers, payload } = await text(witness, '/witness/add-checkpoint', body)
    return [statusCode, String(headers['content-type']).split(';')[0], payload] as const
  }
  await growLog(log, 5)
  const first = await add(request(log, 0))
  assert.equal(first[0], 200)
  const note = readNote(log.consent.ledger.published() + first[2])!
  const own = readVerifierKey(witness.consent.witnesses.own.verifierKey)!
  assert.deepEqual(isSignedBy(note, own), { at: Math.floor(witness.clock.now().getTime() / 1000) })

  const five = log.consent.ledger.published()
  await growLog(log, 6)
  assert.deepEqual(await add(request(log, 0)), [409, 'text/x.tlog.size', '5\n'], 'the old size is not what was seen')
  assert.equal((await add(request(log, 5).replace(/^(old 5\n).*\n/, '$1'))).at(0), 422, 'a hash of the proof is missing')
  assert.equal((await add(`old 12\n\n${log.consent.ledger.published()}`)).at(0), 400)
  assert.equal((await add('old 5\n')).at(0), 400)
  assert.equal((await add(request(log, 5))).at(0), 200)
  assert.equal((await add(request(log, 11, 11))).at(0), 200, 'the same checkpoint may be cosigned again')
  assert.deepEqual(await add(`old 5\n\n${five}`), [409, 'text/x.tlog.size', '11\n'], 'the log does not go back')

  const stranger = await consentBench(t, { host: 'other.test' })
  await growLog(stranger, 2)
  assert.equal((await add(request(stranger, 0))).at(0), 404)
  const impostor = await consentBench(t, { host: 'log.test' })
  await growLog(impostor, 12)
  assert.equal((await add(request(impostor, 11))).at(0), 403, 'the name of the log, and the key of another')
})

test('of two checkpoints that go on from one size, the witness signs one', async (t) => {
  const { log, witness } = await pair(t)
  await growLog(log, 3)
  const one = request(log, 0)
  await growLog(log, 3)
  const other = request(log, 0)
  const answers = await Promise.all([one, other].map((body) => text(witness, '/witness/add-checkpoint', body)))
  assert.deepEqual(answers.map(({ statusCode }) => statusCode).sort(), [200, 409])
})

test('a log asks its witnesses by itself, publishes what they sign, and verifiers can demand them', async (t) => {
  let other: ConsentBench | undefined
  const silent = ed25519(Buffer.alloc(32, 7))
  const silentKey = verifierKey('silent.test/witness', COSIGNATURE, silent.publicBytes)
  const fetch = async (url: string, { body }: RequestInit) => {
    if (url.startsWith('https://silent')) throw new TypeError('fetch failed')
    const { statusCode, payload } = await text(other!, new URL(url).pathname, String(body))
    return new Response(payload, { status: statusCode })
  }
  const key = (await consentBench(t, { host: 'witness.test' })).consent.witnesses.own.verifierKey
  const log = await consentBench(t, {
    host: 'log.test',
    witnesses: [
      { key, url: 'https://witness.test/witness' },
      { key: silentKey, url: 'https://silent.test' },
    ],
    fetch,
  })
  await growLog(log, 3)
  other = await consentBench(t, { host: 'witness.test', witnessedLogs: [log.consent.ledger.verifierKey] })
  assert.notEqual(other.consent.witnesses.own.verifierKey, key, 'the folder is another, and so is the key')
  assert.deepEqual(await log.consent.witnesses.ask(), [
    { witness: 'witness.test/witness', reason: 'None of the signatures is a good one of a witness of this log.' },
    { witness: 'silent.test/witness', reason: 'it does not answer' },
  ])
  assert.equal((await log.send(nobody, 'GET', '/ledger/witnessed')).status, 404)

  // The silent one hands in what it signed by itself.
  const checkpoint = log.consent.ledger.published()
  const at = Math.floor(log.clock.now().getTime() / 1000)
  const line = cosign(checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1), 'silent.test/witness', silent, at)
  const handIn = async (note: string) => (await text(log, '/ledger/cosignatures', note)).statusCode
  assert.equal(await handIn(checkpoint), 422, 'nobody has cosigned it')
  assert.equal(await handIn(checkpoint.replace('\n3\n', '\n2\n') + line), 422, 'the text is not what was signed')
  const late = cosign(checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1), 'silent.test/witness', silent, at + 3600)
  assert.equal(await handIn(checkpoint + late), 422, 'signed in the future')
  assert.equal(await handIn(checkpoint + line), 200)
  assert.equal((await log.send(nobody, 'GET', '/ledger/checkpoint')).text, checkpoint + line)
  await growLog(log, 1)
  assert.equal((await log.send(nobody, 'GET', '/ledger/checkpoint')).text, log.consent.ledger.published())
  assert.equal((await log.send(nobody, 'GET', '/ledger/witnessed')).text, checkpoint + line)
  const { witnesses: listed } = (await log.send(nobody, 'GET', '/ledger/witnesses')).body as { witnesses: Array<{ size: number }> }
  assert.deepEqual(
    listed.map(({ size }) => size),
    [null, 3],
  )

  const source = (note: string) => ({
    checkpoint: note,
    tile: async (name: Parameters<typeof tilePath>[0]) => (await log.send(nobody, 'GET', `/ledger/tile/${tilePath(name)}`)).bytes,
  })
  const logKey = log.consent.ledger.verifierKey
  assert.equal((await verifyLog(source(checkpoint + line), logKey, undefined, [silentKey])).holds, true)
  assert.match((await verifyLog(source(checkpoint), logKey, undefined, [silentKey])).reason!, /has not cosigned/)
  assert.match((await verifyLog(source(checkpoint + line), logKey, undefined, [silentKey, key])).reason!, /witness\.test\/witness has not/)
})

test('a witness that is asked goes on from what it saw, whatever the log believes', async (t) => {
  const witness = await consentBench(t, { host: 'witness.test' })
  let watching: Consent | undefined
  const fetch = async (_url: string, { body }: RequestInit) => {
    const answer = watching!.witnesses.own.add(String(body))
    return new Response(answer.body, { status: answer.status })
  }
  const key = witness.consent.witnesses.own.verifierKey
  const log = await consentBench(t, { host: 'log.test', witnesses: [{ key, url: 'https://witness.test/witness' }], fetch })
  // The same folder, now with the key of the log in its settings.
  watching = openConsent({
    folder: witness.folder,
    host: 'witness.test',
    services: [],
    clock: witness.clock,
    events: new Events(),
    witnessedLogs: [log.consent.ledger.verifierKey],
  })
  t.after(() => watching?.close())
  await growLog(log, 4)
  assert.deepEqual(await log.consent.witnesses.ask(), [])
  assert.match((await log.send(nobody, 'GET', '/ledger/checkpoint')).text, /\n— witness\.test\/witness \S+\n$/)
  await growLog(log, 4)
  assert.equal(watching.witnesses.own.add(request(log, 4)).status, 200, 'somebody else was first')
  assert.deepEqual(await log.consent.witnesses.ask(), [])
  assert.equal(log.consent.witnesses.all()[0]!.size, 8)
  assert.deepEqual(await log.consent.witnesses.ask(), [], 'nothing new, nothing asked')
})

test('whatever is sent to a witness is read or refused, and never fails', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), fc.nat(10), (rest, old) => {
      const read = readAddCheckpoint(`old ${old}\n${rest}`)
      if (read) assert.ok(read.proof.every((hash) => hash.length === 32))
      readAddCheckpoint(rest)
    }),
  )
})

test('the page of the log says how many entries it has, and who watches it', async (t) => {
  const sixteen = await newSixteen(t, {
    ledgerWitnesses: verifierKey('near.test/witness', COSIGNATURE, ed25519(Buffer.alloc(32, 7)).publicBytes),
  })
  const base = await sixteen.listen()
  const page = await (await fetch(`${base}/ledger`, { headers: { accept: 'text/html' } })).text()
  assert.match(page, /0 entries in the log of accesses/)
  assert.match(page, /near\.test\/witness<\/td><td class="num">none yet/)
  const data = (await (await fetch(`${base}/ledger.json`)).json()) as { size: number; witnesses: unknown[] }
  assert.deepEqual([data.size, data.witnesses], [0, [{ name: 'near.test/witness', size: null, at: null }]])
})
