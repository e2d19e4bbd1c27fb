import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'

const sixteen = join(import.meta.dirname, '../../bin/sixteen.js')
const CSV = 'Town,Amount\nLeeds,10\nYork,20\n'

async function folder(t: TestContext): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'sixteen-cli-'))
  t.after(() => rm(made, { recursive: true, force: true, maxRetries: 5 }))
  await writeFile(join(made, 'may.csv'), CSV)
  return made
}

/** Runs a command to its end, with the environment of a user and nothing of ours. */
function run(args: string[], env: Record<string, string> = {}): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [sixteen, ...args], { env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env } }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    )
  })
}

async function serve(
  t: TestContext,
  data: string,
  env: Record<string, string> = {},
): Promise<{ address: string; log: () => string; child: ChildProcess }> {
  const child = spawn(process.execPath, [sixteen, 'serve', '--data', data, '--port', '0'], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  let out = ''
  child.stderr.on('data', (chunk) => {
    log += chunk
  })
  const address = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      out += chunk
      const found = /http:\/\/\S+/.exec(out)
      if (found) resolve(found[0])
    })
    child.on('exit', () => reject(new Error(log)))
  })
  const ended = new Promise((resolve) => child.on('exit', resolve))
  t.after(async () => {
    child.kill('SIGTERM')
    await ended
  })
  return { address, log: () => log, child }
}

test('a file is published, asked and exported with no server running', async (t) => {
  const dir = await folder(t)
  const data = ['--data', join(dir, 'data')]
  assert.deepEqual(await run(['publish', join(dir, 'may.csv'), ...data]).then(({ code }) => code), 3)
  const loaded = await run(['demo', '--load-only', ...data])
  assert.equal(loaded.code, 0, loaded.err)
  const published = await run([
    'publish',
    join(dir, 'may.csv'),
    '--publisher',
    'cabinet-office',
    '--title',
    'Spend over £25,000, May 2012',
    '--json',
    ...data,
  ])
  assert.equal(published.code, 0, published.err)
  const manifest = JSON.parse(published.out)
  assert.deepEqual(
    [manifest.event, manifest.dataset, manifest.version, manifest.rows, manifest.rejectedCells],
    ['published', 'cabinet-office-spend-over-25000-may-2012', '1.0.0', 2, 0],
  )
  assert.match(published.err, /"stage":"receiving"/)
  await writeFile(join(dir, 'june.csv'), `${CSV}Hull,30\n`)
  const next = await run(['publish', join(dir, 'june.csv'), '--dataset', manifest.dataset, ...data])
  assert.match(next.out, /Published \S+ 1\.0\.1: 3 rows/)
  const asked = await run(['query', manifest.dataset, 'Amount__gte=20', 'sort=-Amount', '--json', ...data])
  assert.deepEqual(JSON.parse(asked.out).records, [
    { Town: 'Hull', Amount: 30 },
    { Town: 'York', Amount: 20 },
  ])
  assert.equal((await run(['export', manifest.dataset, 'version=1.0.0', ...data])).out, 'Town,Amount\r\nLeeds,10\r\nYork,20\r\n')
  const file = join(dir, 'out.ndjson')
  await run(['export', manifest.dataset, '--format', 'ndjson', '--output', file, ...data])
  assert.equal(await readFile(file, 'utf8'), '{"Town":"Leeds","Amount":10}\n{"Town":"York","Amount":20}\n{"Town":"Hull","Amount":30}\n')
  assert.equal((await run(['query', 'nothing-here', ...data])).code, 4)
  assert.equal((await run(['doctor', ...data])).code, 0)
})

test('the first publication in an empty folder makes its publisher, unless the name may be a typing error', async (t) => {
  const dir = await folder(t)
  const publish = (...more: string[]) => run(['publish', join(dir, 'may.csv'), '--title', 'May', '--data', join(dir, 'data'), ...more])
  const known = await publish('--publisher', 'cabinet-office')
  assert.match(known.err, /Made the publisher cabinet-office: Cabinet Office\./)
  assert.match(known.out, /Published cabinet-office-may 1\.0\.0: 2 rows/)
  const unknown = await publish('--publisher', 'cabinet-ofice')
  assert.match(unknown.err, /There is no publisher named cabinet-ofice.*--publisher-title/s)
  assert.equal(unknown.code, 4)
  const titled = await publish('--publisher', 'parish', '--publisher-title', 'Parish of Ambridge')
  assert.match(titled.err, /Made the publisher parish: Parish of Ambridge\./)
  assert.equal(titled.code, 0)
})

test('commands go through the server that holds the folder, as its operator', async (t) => {
  const dir = await folder(t)
  const data = join(dir, 'data')
  assert.equal((await run(['demo', '--load-only', '--data', data])).code, 0)
  const { address, log } = await serve(t, data, { SIXTEEN_LOG_LEVEL: 'trace' })
  const published = await run(['publish', join(dir, 'may.csv'), '--dataset', 'new-one', '--publisher', 'cabinet-office', '--data', data])
  assert.match(published.out, new RegExp(`API {3}${address}/v1/datasets/new-one/records`), published.err)
  const token = JSON.parse((await run(['token', 'create', '--publisher', 'cabinet-office', '--json'], { SIXTEEN_DATA: data })).out) as {
    secret: string
  }
  const remote = await run(['publish', join(dir, 'may.csv'), '--dataset', 'new-one', '--key', 'Town'], {
    SIXTEEN_SERVER: address,
    SIXTEEN_TOKEN: token.secret,
  })
  assert.match(remote.out, /2\.0\.0/, remote.err)
  assert.equal((await run(['publish', join(dir, 'may.csv'), '--dataset', 'new-one'], { SIXTEEN_SERVER: address })).code, 5)
  assert.equal((await run(['serve', '--port', '0', '--data', data])).code, 6)
  await fetch(`${address}/v1/datasets/new-one/records?Town__exact=canary-4711`, {
    headers: { authorization: `Bearer ${token.secret}` },
  }).then((response) => response.text())
  await fetch(`${address}/v1/search?q=canary-4711`).then((response) => response.text())
  assert.match(log(), /version-published/)
  for (const secret of ['canary-4711', token.secret])
    assert.equal(log().includes(secret), false, 'what people search for and their tokens stay out of the log')
})

test('check shows every decision and keeps nothing', async (t) => {
  const dir = await folder(t)
  const { code, out } = await run(['check', join(dir, 'may.csv'), '--json'])
  assert.equal(code, 0)
  const result = JSON.parse(out)
  assert.deepEqual(result.preview, [
    { Town: 'Leeds', Amount: 10 },
    { Town: 'York', Amount: 20 },
  ])
  assert.deepEqual(
    result.decisions.map((decision: { what: string; value: unknown }) => [decision.what, decision.value]),
    [
      ['container', 'delimited'],
      ['encoding', 'utf-8'],
      ['delimiter', 'comma'],
      ['quote', 'none'],
      ['header', 1],
      ['type of Town', 'text'],
      ['type of Amount', 'integer'],
    ],
  )
  assert.equal((await run(['check', join(dir, 'absent.csv')])).code, 3)
  assert.equal((await run(['nonsense'])).code, 2)
  assert.equal((await run(['publish'])).code, 2)
  assert.equal((await run(['--help'])).code, 0)
})
