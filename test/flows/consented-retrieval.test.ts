import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { newSixteen } from '../support/sixteen.ts'
import { Visitor } from '../support/visitor.ts'

const root = join(import.meta.dirname, '../..')

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return String(port)
}

test('who follows the tutorial retrieves what the driver left ticked, and nothing else', async (t) => {
  const page = await readFile(join(root, 'docs/tutorials/consented-retrieval.md'), 'utf8')
  const port = await freePort()
  const sixteen = await newSixteen(t, { profiles: 'driving-licence' })
  const base = await sixteen.listen()
  const folder = await mkdtemp(join(root, 'node_modules/.tutorial-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const scripts = [...page.matchAll(/^```js (\S+)\n([\s\S]*?)^```$/gm)]
  assert.deepEqual(
    scripts.map(([, name]) => name),
    ['key.mjs', 'retrieve.mjs'],
  )
  for (const [, name, code] of scripts) await writeFile(join(folder, name!), code!.replaceAll('8765', port))
  const run = (...args: string[]) => {
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
    t.after(() => void child.kill())
    return createInterface(child.stdout)[Symbol.asyncIterator]()
  }

  const jwk = (await run('key.mjs').next()).value as string
  const developer = new Visitor(base)
  await developer.signIn('bryn-sample', '/developers/applications', 'member')
  const organisation = (await developer.post('/developers/organisations', { name: 'Fair Insurance', kind: 'insurer' })).headers.get(
    'location',
  )
  const at = (await developer.post(`${organisation}/applications`, { name: 'Quote', environment: 'sandbox' })).headers.get('location')!
  for (const [form, fields] of Object.entries<Record<string, string>>({
    subscribe: { api: 'driving-licence' },
    keys: { jwk },
    settings: { name: 'Quote', redirectUris: `http://127.0.0.1:${port}/callback` },
  }))
    assert.equal((await developer.post(`${at}/${form}`, fields)).status, 303, form)

  const driver = new Visitor(base)
  await driver.signIn('asha-example', '/my')
  const [, number, postcode] = /driver number `(\w+)`, postcode `([\w ]+)`/.exec(page)!
  assert.equal((await driver.post('/my/connect/driving-licence', { driverNumber: number!, postcode: postcode! })).status, 303)

  const lines = run('retrieve.mjs', at.split('/').at(-1)!, base)
  const address = new URL(((await lines.next()).value as string).replace('Open ', ''))
  const asked = await driver.follow(await driver.get(address.pathname + address.search))
  const text = await asked.text()
  for (const said of ['Fair Insurance asks to see your driving licence', 'penalty points', 'You are signed in as Asha Example'])
    assert.match(text, new RegExp(said, 'i'))
  const agreed = await driver.follow(
    await driver.post(new URL(asked.url).pathname, [
      ['field', 'penaltyPoints'],
      ['field', 'entitledToDrive(B)'],
      ['answer', 'yes'],
    ]),
  )
  assert.equal((await fetch(agreed.headers.get('location')!)).status, 200)
  const [, granted, record] = /^(Granted: .*)\n(Record: .*)$/m.exec(page)!
  assert.deepEqual([(await lines.next()).value, (await lines.next()).value], [granted, record])

  const history = await driver.get('/me/access-history', { accept: 'application/json' })
  const { entries } = (await history.json()) as { entries: Array<{ kind: string; organisation: string | null; fields: string[] }> }
  assert.deepEqual(
    entries.filter(({ kind }) => kind === 'disclosure').map(({ organisation, fields }) => ({ organisation, fields })),
    [{ organisation: 'Fair Insurance', fields: ['penaltyPoints', 'entitledToDrive(B)'] }],
  )
})
