import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Visitor } from '../support/visitor.ts'

const program = join(import.meta.dirname, '../../src/edge/cli/main.ts')

test('nothing personal is in logs, addresses or refusals', async (t) => {
  const data = await mkdtemp(join(tmpdir(), 'sixteen-canaries-'))
  const server = spawn(process.execPath, [program, 'serve', '--data', data, '--port', '0'], {
    env: { ...process.env, SIXTEEN_LOG_LEVEL: 'trace' },
  })
  t.after(() => rm(data, { recursive: true, force: true }))
  let said = ''
  const listening = new Promise<string>((resolve) => {
    for (const stream of [server.stdout, server.stderr])
      stream.on('data', (bytes) => {
        said += bytes
        const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? []
        if (address) resolve(address)
      })
  })
  const base = await listening
  const canaries = ['EXAMP953141A99XA', '141A99XA', '141A99XB', 'ZZ1 1AA', 'Canary Reference', 'Canary Vans', '1991-03-14']
  const refusals: string[] = []
  const addresses: string[] = []
  const note = async (answer: Response) => {
    addresses.push(answer.headers.get('location') ?? '')
    const text = await answer.text()
    if (answer.status >= 400) refusals.push(text)
    return text
  }
  const driver = new Visitor(base)
  await driver.signIn('asha-example', '/my')
  const claims = { driverNumber: 'EXAMP953141A99XA', postcode: 'ZZ1 1AA' }
  await note(await driver.post('/my/connect/driving-licence', claims))
  const share = { dataset: 'driving-licence', fields: ['lastName'], purpose: 'vehicle-hire', recipientHint: 'Canary Vans' }
  const shared = { purpose: 'vehicle-hire', field: 'lastName', recipient: share.recipientHint, days: '3', uses: '1' }
  const made = await note(await driver.post('/my/share/driving-licence', shared))
  const code = /share-code"[^>]*>([\w-]+)</.exec(made)![1]!
  canaries.push(code, code.replaceAll('-', ''))
  const redeem = async (body: object, path = '/share-codes/redeem') =>
    note(await fetch(base + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }))
  const asked = { code, organisation: 'Canary Vans', reference: 'Canary Reference' }
  await redeem({ ...asked, factor: '141A99XB' })
  await redeem({ ...asked, factor: '141A99XA', purpose: 'insurance-quote' })
  await redeem({ ...asked, factor: '141A99XA'.repeat(20) })
  await redeem({ ...asked, factor: 5, code: { code } })
  await redeem(asked, '/share-codes/redeem/x')
  await redeem({ ...asked, factor: '141A99XA' })
  await redeem({ ...asked, factor: '141A99XA' })
  await note(await driver.post('/my/connect/driving-licence', { ...claims, postcode: 'ZZ1 1AB' }, { accept: 'application/json' }))
  const look = {
    purpose: 'crime-investigation',
    fields: ['convictions'],
    record: { recordNumber: '14/000001A', dateOfBirth: '1991-03-14' },
  }
  canaries.push('14/000001A', 'Canary Officer', 'Canary Note')
  await redeem({ ...look, user: 'Canary Officer', reference: 'Canary Reference' }, '/records/police-records/v1/lawful-access')
  await redeem({ ...look, user: ['Canary Officer'] }, '/records/police-records/v1/lawful-access/x')
  await note(await driver.post('/my/connect/police-records', { recordNumber: '14/000001A', dateOfBirth: '1991-03-15' }))
  for (const path of ['/ledger/cosignatures', '/witness/add-checkpoint'])
    await note(await fetch(base + path, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'Canary Note' }))
  await note(await driver.post('/me/erase', { confirm: 'Canary Note' }, { accept: 'application/json' }))
  await note(await driver.get(`/my/history`))
  await note(await driver.post('/my/erase', { confirm: 'yes' }))
  server.kill('SIGTERM')
  await once(server, 'close')

  assert.ok(refusals.length >= 12)
  const found = (texts: readonly string[]) => canaries.filter((canary) => texts.some((text) => text.includes(canary)))
  assert.deepEqual(found([said]), [])
  assert.deepEqual(found(addresses), [])
  // The form of a refused page holds what its own reader typed in it; nothing else may.
  assert.deepEqual(found(refusals.filter((text) => !text.startsWith('<!doctype'))), [])
})
