import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { configure, openSixteen, type Sixteen } from '../../src/edge/compose.ts'

const paper = `Action 16: open up

Updated 16 January 2015

1. Ministry of Lamps

Progress during 2014

Lamps were counted.

1.1 Planned activities in 2015

An API will follow.
`

let folder: string
let sixteen: Sixteen

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sixteen-progress-'))
  await writeFile(join(folder, 'paper.txt'), paper)
  sixteen = await openSixteen(configure({ data: join(folder, 'data'), port: 0, logLevel: 'silent' }))
  for (const name of ['ministry-of-lamps', 'ministry-of-bells'])
    await sixteen.catalogue.createPublisher({ name, title: name === 'ministry-of-lamps' ? 'Ministry of Lamps' : 'Ministry of Bells' })
  await sixteen.listen()
})

after(async () => {
  await sixteen.close()
  await rm(folder, { recursive: true, force: true })
})

async function sixteenCommand(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../src/edge/cli/main.ts'), ...words])
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (bytes) => void (stdout += bytes))
  child.stderr.on('data', (bytes) => void (stderr += bytes))
  const [code] = (await once(child, 'close')) as [number]
  return { code, stdout, stderr }
}

const lamps = {
  department: 'ministry-of-lamps',
  departmentTitle: 'Ministry of Lamps',
  action: 16,
  place: 1,
  evidence: [],
  note: 'Nothing is linked as evidence.',
}
const done = {
  ...lamps,
  id: 'ministry-of-lamps.16.2014.progress.1',
  year: 2014,
  kind: 'progress',
  number: null,
  heading: 'Progress during 2014',
  text: 'Lamps were counted.',
  status: 'done',
}

test('the command reads a paper in through the server that holds the folder, and everybody can read it there', async () => {
  const { code, stdout } = await sixteenCommand('progress', 'import', join(folder, 'paper.txt'), '--json', '--data', join(folder, 'data'))
  assert.equal(code, 0)
  assert.deepEqual(JSON.parse(stdout), {
    title: 'Action 16: open up',
    updated: '2015-01-16',
    action: 16,
    departments: [{ number: 1, title: 'Ministry of Lamps', department: 'ministry-of-lamps', progress: 1, planned: 1 }],
    entries: 2,
    slips: [
      { code: 'number-missing', line: 7, department: 1, found: 'Progress during 2014', expected: '1.1' },
      { code: 'number-unexpected', line: 11, department: 1, found: '1.1', expected: '1.2' },
    ],
  })
  const app = await sixteen.app()
  assert.deepEqual((await app.inject('/v1/progress?department=ministry-of-lamps&year=2014&kind=progress')).json(), {
    progress: [done],
    total: 1,
  })
})

test('the command tells people the departments and the slips, and a text that is no paper is an input refused', async () => {
  const where = ['--data', join(folder, 'data')]
  const { stdout } = await sixteenCommand('progress', 'import', join(folder, 'paper.txt'), ...where)
  assert.equal(
    stdout,
    `Action 16: open up
Updated 2015-01-16

  1  ministry-of-lamps  1 done  1 planned

1 department, 2 entries, 2 slips:
  line 7, department 1: number missing: “Progress during 2014” where “1.1” is expected
  line 11, department 1: number unexpected: “1.1” where “1.2” is expected
`,
  )
  await writeFile(join(folder, 'list.txt'), 'Milk, bread.')
  const refused = await sixteenCommand('progress', 'import', join(folder, 'list.txt'), ...where)
  assert.deepEqual([refused.code, refused.stdout], [3, ''])
  assert.match(refused.stderr, /^sixteen: The text has no department such as/)
})

test('a parameter that is not one is refused by name, and so is a department that nobody knows', async () => {
  const app = await sixteen.app()
  const problem = async (url: string) => {
    const { status, code, pointer } = (await app.inject(url)).json()
    return { status, code, pointer }
  }
  assert.deepEqual(await problem('/v1/progress?departement=x'), { status: 400, code: 'parameter-unknown', pointer: '/departement' })
  assert.deepEqual(await problem('/v1/progress?kind=done'), { status: 400, code: 'parameter-invalid', pointer: '/kind' })
  assert.deepEqual(await problem('/v1/progress?department=nobody'), { status: 404, code: 'publisher-not-found', pointer: undefined })
})

test('a department answers with its own token and nobody else’s; papers are for the operator', async () => {
  const app = await sixteen.app()
  const { secret } = await sixteen.access.createToken('ministry-of-bells', 'test')
  const put = (department: string, token?: string) =>
    app.inject({
      method: 'PUT',
      url: `/v1/progress/${department}.16.2015.planned.1`,
      payload: { text: 'Nothing.', status: 'nothing-to-open', reason: 'Bells have no data.' },
      headers: token ? { authorization: `Bearer ${token}` } : {},
    })
  assert.deepEqual((await put('ministry-of-bells')).json().code, 'token-missing')
  assert.deepEqual((await put('ministry-of-lamps', secret)).json().code, 'permission-denied')
  assert.deepEqual((await put('ministry-of-bells', secret)).json(), {
    ...lamps,
    id: 'ministry-of-bells.16.2015.planned.1',
    department: 'ministry-of-bells',
    departmentTitle: 'Ministry of Bells',
    year: 2015,
    kind: 'planned',
    number: null,
    heading: 'Planned activities in 2015',
    text: 'Nothing.',
    status: 'nothing-to-open',
    reason: 'Bells have no data.',
    note: 'The department answers that it has nothing to open.',
  })
  const headers = { authorization: `Bearer ${secret}`, 'content-type': 'text/plain' }
  const refused = await app.inject({ method: 'POST', url: '/v1/progress/import', payload: paper, headers })
  assert.deepEqual(refused.json().code, 'permission-denied')
})
