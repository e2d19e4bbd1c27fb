import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { newSixteen } from '../support/sixteen.ts'

const HOME = '/usr/share/openrefine' // where Debian's package puts it
const skip = existsSync(HOME) ? false : `OpenRefine is not installed in ${HOME}`
const ALL = JSON.stringify({ facets: [], mode: 'row-based' })

type Recon = { j: string; m?: { id: string; name: string }; c: { id: string; score: number }[] }
type Rows = { rows: { cells: ({ v: unknown; r?: number } | null)[] }[]; pool: { recons: Record<string, Recon> } }

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  assert(address && typeof address === 'object')
  return address.port
}

/** Starts OpenRefine without a window over a new folder; the answer is the address of its commands. */
async function startRefine(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sixteen-refine-'))
  const port = await freePort()
  const options = ['-p', String(port), '-i', '127.0.0.1', '-d', folder, '-m', '512M', '-x', 'refine.headless=true']
  const refine = spawn(join(HOME, 'refine'), options, { cwd: HOME, stdio: 'ignore' })
  const ended = new Promise((done) => refine.once('exit', done))
  t.after(async () => {
    refine.kill()
    await ended
    await rm(folder, { recursive: true, force: true })
  })
  const commands = `http://127.0.0.1:${port}/command/core`
  for (let tries = 0; tries < 240; tries++) {
    const up = await fetch(`${commands}/get-version`).catch(() => undefined)
    if (up?.ok) return commands
    await wait(250)
  }
  throw new Error('OpenRefine did not start in a minute')
}

/** The few things of OpenRefine that this test does, each as its own pages ask for it. */
async function openProject(commands: string, csv: string) {
  const token = async () => ((await (await fetch(`${commands}/get-csrf-token`)).json()) as { token: string }).token
  const upload = new FormData()
  upload.set('project-file', new Blob([csv]), 'data.csv')
  upload.set('project-name', 'data')
  const made = await fetch(`${commands}/create-project-from-upload?csrf_token=${await token()}`, {
    method: 'POST',
    body: upload,
    redirect: 'manual',
  })
  const project = new URL(made.headers.get('location') ?? '', commands).searchParams.get('project') ?? ''
  assert.match(project, /^\d+$/)

  const command = async (name: string, values: Record<string, string>) => {
    const body = new URLSearchParams({ project, csrf_token: await token(), ...values })
    return (await fetch(`${commands}/${name}?project=${project}`, { method: 'POST', body })).json()
  }
  const finish = async (name: string, values: Record<string, string>) => {
    const started = (await command(name, { engine: ALL, ...values })) as { code: string }
    assert(['ok', 'pending'].includes(started.code), JSON.stringify(started))
    for (let tries = 0; tries < 240; tries++) {
      const { processes } = (await (await fetch(`${commands}/get-processes?project=${project}`)).json()) as { processes: unknown[] }
      if (processes.length === 0) return
      await wait(250)
    }
    throw new Error(`${name} did not end in a minute`)
  }
  const rows = async () => (await command('get-rows', { engine: ALL, start: '0', limit: '50' })) as Rows
  return { command, finish, rows }
}

test('OpenRefine guesses the type, reconciles a column and extends it from a register', { skip }, async (t) => {
  const sixteen = await newSixteen(t)
  await sixteen.registers.ship()
  const service = `${await sixteen.listen()}/registers/country/reconcile`
  const manifest = (await (await fetch(service)).json()) as { identifierSpace: string; schemaSpace: string }
  const spaces = { identifierSpace: manifest.identifierSpace, schemaSpace: manifest.schemaSpace }

  const project = await openProject(await startRefine(t), 'Country,Spend\nFrance,1\nThe Gambia,2\nGermny,3\nNowhere at all,4\n')

  const guessed = (await project.command('guess-types-of-column', { columnName: 'Country', service })) as {
    types: { id: string; name: string }[]
  }
  const [type] = guessed.types
  assert.equal(type?.id, 'country/country')

  const config = {
    mode: 'standard-service',
    service,
    ...spaces,
    type,
    autoMatch: true,
    columnDetails: [],
    limit: 0,
  }
  await project.finish('reconcile', { columnName: 'Country', config: JSON.stringify(config) })
  const { rows, pool } = await project.rows()
  const judged = rows.map(({ cells }) => pool.recons[String(cells[0]?.r)])
  assert.deepEqual(
    judged.map((recon) => recon?.m?.id ?? recon?.c[0]?.id),
    ['FR', 'GM', 'DE', undefined],
  )
  assert.equal(judged[0]?.j, 'matched')

  const extension = JSON.stringify({ properties: [{ id: 'official-name', name: 'official-name' }] })
  await project.finish('extend-data', { baseColumnName: 'Country', columnInsertIndex: '1', extension, endpoint: service, ...spaces })
  const extended = await project.rows()
  assert.match(String(extended.rows[0]?.cells[2]?.v), /French Republic/) // a new column's cells come last, wherever it stands
})
