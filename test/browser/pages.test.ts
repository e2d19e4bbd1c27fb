import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { configure, openSixteen, type Sixteen } from '../../src/edge/compose.ts'
import { axe, launchOptions, seriousViolations, skip, wcagRules } from '../support/browser.ts'

const towns = ['York', 'Leeds', 'Hull', 'Bath', 'Ripon']
const rows = Array.from(
  { length: 60 },
  (_, i) =>
    `${towns[i % 5]},${i === 7 ? 'N/A' : (i + 1) * 1000.5},2012-05-${String((i % 28) + 1).padStart(2, '0')},${i === 3 ? '' : `note ${i}`}`,
)
const file = `Town,Amount,Paid on,Note\n${rows.join('\n')}\n`

const addresses = [
  '/',
  '/datasets',
  '/datasets?q=spend&format=csv',
  '/datasets?q=nothinglikethis',
  '/datasets/town-spend',
  '/datasets/town-spend?amount__gte=20000&sort=-amount',
  '/datasets/town-spend?amount__gte=many',
  '/datasets/promised-data',
  '/datasets/town-spend/versions/1.0.0',
  '/publishers',
  '/publishers/treasury',
  '/quality',
  '/harvest',
  '/series',
  '/follow?dataset=town-spend',
  '/follow?q=spend',
  '/datasets/town-spend/history',
  '/publishers/treasury/history',
  '/datasets/town-spend/edit',
  '/progress',
  '/nii',
  '/nii/crimes',
  '/nii/nominate',
  '/apis',
  '/standards',
  '/standards/spend',
  '/standards/spend/check',
  '/registers',
  '/registers/police-force',
  '/registers/police-force/codes/scotland',
  '/registers/police-force/propose?code=essex',
  '/docs',
  '/docs/api',
  '/docs/problems',
  '/accessibility',
  '/cookies',
  '/no-such-page',
]

suite('the pages in a browser', { skip }, () => {
  let folder: string
  let sixteen: Sixteen
  let base: string
  let browser: Browser

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sixteen-pages-'))
    sixteen = await openSixteen(configure({ data: folder, port: 0, host: '127.0.0.1', logLevel: 'silent' }))
    await fill(sixteen)
    await sixteen.registers.ship()
    base = await sixteen.listen()
    browser = await chromium.launch(launchOptions)
  })
  after(async () => {
    await browser?.close()
    await sixteen?.close()
    await rm(folder, { recursive: true, force: true })
  })

  async function visit<T>(address: string, options: BrowserContextOptions, work: (page: Page) => Promise<T>): Promise<T> {
    const context = await browser.newContext(options)
    try {
      const page = await context.newPage()
      await page.goto(base + address)
      return await work(page)
    } finally {
      await context.close()
    }
  }

  // Colours are all that differs in the dark, so contrast is all that is looked at there.
  for (const [colorScheme, rules] of [
    ['light', wcagRules],
    ['dark', ['color-contrast']],
  ] as const)
    test(`no page has a serious accessibility violation in ${colorScheme} colours`, () =>
      // axe is put into the page past its policy, which forbids every script but its own
      visit('/', { colorScheme, bypassCSP: true }, async (page) => {
        for (const address of addresses) {
          await page.goto(base + address)
          await page.addScriptTag({ path: axe })
          assert.deepEqual(await seriousViolations(page, rules), [], address)
        }
      }))

  test('no page scrolls sideways at 320 pixels', () =>
    visit('/', { viewport: { width: 320, height: 800 } }, async (page) => {
      for (const address of addresses) {
        await page.goto(base + address)
        assert.ok(((await page.evaluate('document.documentElement.scrollWidth')) as number) <= 320, address)
      }
    }))

  test('pages load nothing that their policy refuses, and nothing from elsewhere', () =>
    visit('/', {}, async (page) => {
      const complaints: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error' && !/status of 40[04]/.test(message.text())) complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('request', (request) => {
        if (!request.url().startsWith(base)) complaints.push(request.url())
      })
      for (const address of addresses) {
        await page.goto(base + address)
        assert.deepEqual(complaints, [], address)
      }
    }))

  test('the keyboard reaches search and answers it', () =>
    visit('/', {}, async (page) => {
      await tabTo(page, 'q')
      await page.keyboard.type('town')
      await page.keyboard.press('Enter')
      await page.waitForURL(/\/datasets\?q=town$/)
      assert.deepEqual(await page.locator('main li h3').allInnerTexts(), ['Town spend'])
    }))

  test('the first key leads past the navigation', () =>
    visit('/datasets/town-spend', {}, async (page) => {
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      assert.equal(await page.evaluate('document.activeElement.id'), 'main')
    }))

  test('the keyboard reaches the filter, and the operators offered suit the column', () =>
    visit('/datasets/town-spend', {}, async (page) => {
      await tabTo(page, 'f1')
      await page.keyboard.type('Amount')
      assert.equal(await page.locator('#o1 option[value=contains]').count(), 0)
      await tabTo(page, 'v1')
      await page.keyboard.type('4002')
      await page.keyboard.press('Enter')
      await page.waitForURL(/amount__exact=4002$/)
      assert.deepEqual(await rowsOf(page), [['Bath', '4,002.00', '4 May 2012', 'empty']])
    }))

  test('without scripts the table is filtered, sorted and paged, and each state has its address', () =>
    visit('/datasets/town-spend', { javaScriptEnabled: false }, async (page) => {
      await page.selectOption('#f1', 'town')
      await page.fill('#v1', 'York')
      await page.getByRole('button', { name: 'Filter' }).click()
      assert.equal(new URL(page.url()).search, '?town__exact=York')
      assert.equal(await page.locator('#table-count').innerText(), 'Rows 1 to 12 of 12, from 60 in all')
      await page.getByRole('link', { name: 'Amount', exact: true }).click()
      await page.getByRole('link', { name: 'Amount', exact: true }).click()
      assert.equal(new URL(page.url()).search, '?town__exact=York&sort=-amount')
      assert.equal(await page.locator('th[aria-sort=descending]').innerText(), 'Amount ↓\nnumber')
      assert.equal((await rowsOf(page))[0]?.[1], '56,028.00')
      assert.match(await page.locator('#use code').first().innerText(), /records\?town__exact=York&sort=-amount&limit=100/)
      await page.getByRole('link', { name: /Remove Town is York/ }).click()
      await page.getByRole('link', { name: 'Next page' }).click()
      assert.equal(await page.locator('#table-count').innerText(), 'Rows 26 to 50 of 60')
      await page.getByRole('link', { name: 'Next page' }).click()
      assert.equal(await page.locator('#table-count').innerText(), 'Rows 51 to 60 of 60')
      assert.equal(await page.getByRole('link', { name: 'Next page' }).count(), 0)
      await page.getByRole('link', { name: 'First page' }).click()
      assert.equal(await page.locator('#table-count').innerText(), 'Rows 1 to 25 of 60')
    }))

  test('without scripts columns are chosen and facets narrow', () =>
    visit('/datasets/town-spend', { javaScriptEnabled: false }, async (page) => {
      await page.getByText('Choose columns').click()
      await page.getByRole('checkbox', { name: 'Note' }).uncheck()
      await page.getByRole('button', { name: 'Show these columns' }).click()
      assert.equal(new URL(page.url()).search, '?columns=town%2Camount%2Cpaid_on')
      await page.goto(`${base}/datasets`)
      await page.locator('input[name=format][value=csv]').check()
      await page.getByRole('button', { name: 'Apply' }).click()
      assert.deepEqual(await page.locator('main li h3').allInnerTexts(), ['Town spend'])
    }))

  test('a value that does not suit its column is told beside its field, and the table stays', () =>
    visit('/datasets/town-spend?amount__gte=many', {}, async (page) => {
      const link = page.locator('.govuk-error-summary a')
      assert.match(await link.innerText(), /Amount is of type number; "many" is not a value such as/)
      await link.click()
      assert.equal(await page.inputValue('#v1'), 'many')
      assert.equal((await rowsOf(page)).length, 25)
    }))

  test('an operation of the reference is tried in place, and without scripts by going to its answer', async () => {
    await visit('/docs/api', {}, async (page) => {
      const form = page.locator('#getRecords form')
      await form.getByRole('button').click()
      await form.locator('pre').waitFor()
      assert.match(await form.locator('output p').innerText(), /^GET \/v1\/datasets\/town-spend\/records\?limit=10 · 200 in \d+ ms$/)
      assert.equal(JSON.parse(await form.locator('pre').innerText()).records.length, 10)
    })
    await visit('/docs/api', { javaScriptEnabled: false }, async (page) => {
      await page.locator('#getRecords form').getByRole('button').click()
      assert.equal(page.url(), `${base}/v1/datasets/town-spend/records?limit=10`)
    })
  })

  test('every page that offers itself as data gives it', async () => {
    const offered = await visit('/', { javaScriptEnabled: false }, async (page) => {
      const found: string[] = []
      for (const address of addresses) {
        await page.goto(base + address)
        for (const link of await page.getByRole('link', { name: 'This page as data' }).all())
          found.push((await link.getAttribute('href')) as string)
      }
      return found
    })
    assert.equal(offered.length, 27)
    for (const href of offered) {
      const answer = await fetch(base + href)
      assert.match(answer.headers.get('content-type') ?? '', /^application\/json/, href)
      assert.equal(typeof (await answer.json()), 'object')
    }
    const { records } = (await (await fetch(`${base}/datasets/town-spend.json?town__exact=Hull&sort=-amount`)).json()) as {
      records: unknown[]
    }
    assert.deepEqual(records[0], { Town: 'Hull', Amount: 58029, 'Paid on': '2012-05-02', Note: 'note 57' })
    assert.equal(records.length, 12)
  })

  test('what a publisher writes is text on the page, never markup', () =>
    visit('/datasets/promised-data', {}, async (page) => {
      assert.equal(await page.locator('h1').innerText(), 'Promised data</script><script>alert(1)</script>')
      assert.equal(await page.locator('script:not([src]):not([type="application/ld+json"])').count(), 0)
    }))
})

async function fill({ catalogue, datastore, progress, nii, standards }: Sixteen): Promise<void> {
  await catalogue.createPublisher({ name: 'treasury', title: 'Treasury of the test', kind: 'department' })
  await catalogue.createDataset({
    name: 'town-spend',
    title: 'Town spend',
    publisher: 'treasury',
    description: 'What towns spend.\n\nInvented for a test.',
    keyword: ['spend'],
    theme: ['government-spending'],
    licence: 'ogl-uk-3.0',
  })
  await catalogue.createDataset({ name: 'promised-data', title: 'Promised data</script><script>alert(1)</script>', publisher: 'treasury' })
  await datastore.publish({ dataset: 'town-spend', source: chunks(file), filename: 'town-spend.csv', mediaType: 'text/csv' })
  const said = {
    department: 'treasury',
    departmentTitle: 'Treasury of the test',
    position: 1,
    action: 1,
    number: '1.1',
    heading: 'Treasury',
    document: 'test',
  }
  await standards.put('spend', {
    title: 'Spend',
    status: 'live',
    versions: [{ version: '1.0', date: '2015-01-16', fields: [{ name: 'Town', type: 'text', required: true }] }],
  })
  await standards.claim('spend', 'town-spend')
  await nii.importList(
    Buffer.from(
      'Publisher,Dataset Name,Link,Facet 1,Facet 2\nTreasury,Crimes,http://x.example/dataset/town-spend,Crime and Justice,Location\n',
    ),
    'A list',
  )
  await progress.record([
    {
      ...said,
      year: 2012,
      kind: 'progress',
      place: 1,
      text: 'Town spend is open.',
      status: 'done',
      evidence: [{ kind: 'dataset', dataset: 'town-spend' }],
    },
    { ...said, year: 2013, kind: 'planned', place: 1, text: 'More will come.', status: 'planned', evidence: [] },
  ])
}

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}

/** Presses Tab until the element has the focus, as somebody without a mouse would. */
async function tabTo(page: Page, id: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    if ((await page.evaluate('document.activeElement.id')) === id) return
    await page.keyboard.press('Tab')
  }
  assert.fail(`the keyboard does not reach #${id}`)
}

async function rowsOf(page: Page): Promise<string[][]> {
  const found = await page.locator('#data tbody tr').all()
  return Promise.all(found.map((row) => row.locator('td').allInnerTexts()))
}
