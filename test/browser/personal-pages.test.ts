import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { chromium, type Page } from 'playwright-core'
import { callback, register } from '../support/application.ts'
import { axe, launchOptions, seriousViolations, skip, wcagRules } from '../support/browser.ts'
import { libraryPass } from '../support/library-pass.ts'
import { newSixteen } from '../support/sixteen.ts'

type Look = (page: Page, heading: RegExp) => Promise<void>

const jwk = JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }))

type Application = ReturnType<typeof register>

test('the pages about people, and of developers, in a browser', { skip }, async (t) => {
  const sixteen = await newSixteen(t, { profiles: 'driving-licence' }, { records: [libraryPass] })
  const application = register(sixteen, await sixteen.listen())
  const browser = await chromium.launch(launchOptions)
  t.after(() => browser.close())

  for (const [who, way] of [
    ['a driver', driver],
    ['a developer', developer],
  ] as const)
    await t.test(`${who} does everything without scripts, and no page on the way is hard to use or wider than 320 pixels`, async () => {
      const walking = await browser.newContext({ javaScriptEnabled: false })
      // axe is put into the page past its policy, which forbids every script but its own
      const looking = await browser.newContext({ bypassCSP: true })
      const glass = await looking.newPage()
      await way(await walking.newPage(), application, async (page, heading) => {
        assert.match((await page.locator('h1').textContent()) ?? '', heading)
        await lookAt(glass, application.base, await page.content())
      })
      await walking.close()
      await looking.close()
    })
})

/** What somebody with a licence does, each page looked at on the way; the last is that of signing out. */
async function driver(page: Page, application: Application, look: Look): Promise<void> {
  const { base } = application
  const press = (name: string | RegExp) => page.getByRole('button', { name }).first().click()
  await page.goto(`${base}/my`)
  await look(page, /^Sign in as an invented person$/)
  await press(/Asha Example/)
  await look(page, /^My records$/)
  await page.goto(`${base}/my/history`)
  await look(page, /^Who saw your records$/)

  await page.goto(`${base}/my/connect/driving-licence`)
  await press('Connect')
  await look(page, /^Connect your driving licence$/)
  await page.fill('#driverNumber', 'EXAMP953141A99XA')
  await page.fill('#postcode', 'ZZ1 1AA')
  await press('Connect')

  await page.goto(`${base}/my/share/driving-licence`)
  await look(page, /^Why do you want to share your driving licence\?$/)
  await page.getByRole('link', { name: 'Hiring a vehicle' }).click()
  await look(page, /^Share your driving licence$/)
  const usual = page.url()
  await page.fill('#days', '99')
  await press('Make a share code')
  await look(page, /^Share your driving licence$/)
  await page.goto(usual)
  await page.fill('#recipient', 'Quick Vans')
  await page.fill('#uses', '2')
  await press('Make a share code')
  await look(page, /^Your share code$/)
  const code = (await page.locator('.share-code').textContent()) ?? ''
  await page.goto(`${base}/my`)
  await look(page, /^My records$/)

  await page.goto(`${base}/check`)
  await look(page, /^Check a share code$/)
  await page.fill('#code', 'W-7K3F')
  await press('Continue')
  await look(page, /^Check a share code$/)
  await page.fill('#code', code)
  await press('Continue')
  await look(page, /^Check a driving licence$/)
  await page.fill('#factor', '141A99XA')
  await page.fill('#organisation', 'Quick Vans')
  await press('See what is shared')
  await look(page, /^Driving licence$/)

  await agree(page, application, look)
  await page.goto(`${base}/my`)
  assert.match((await page.locator('main').textContent()) ?? '', /Leeds Library\s+Library pass/)
  await press(/Stop sharing with Quick Vans/)
  await look(page, /^My records$/)
  await page.getByRole('link', { name: /Who saw your records/ }).click()
  await look(page, /^Who saw your records$/)
  assert.match((await page.locator('table').textContent()) ?? '', /You allowed access\s*Leeds Library/)
  await page
    .getByRole('link', { name: /check entry/ })
    .first()
    .click()
  await look(page, /^Proof of an entry$/)
  await page.goto(`${base}/my`)
  await press('Sign out')
  await look(page, /^You have signed out$/)
}

/** Agrees to what an application asks for, as far as the browser is sent back to it. */
async function agree(page: Page, application: Application, look: Look): Promise<void> {
  const challenge = createHash('sha256').update(application.verifier).digest('base64url')
  const { request_uri } = (await (await application.push({ code_challenge: challenge })).json()) as { request_uri: string }
  await page.route(`${callback}*`, (route) => route.fulfill({ body: 'back' }))
  await page.goto(`${application.base}/auth/authorize?${new URLSearchParams({ client_id: application.clientId, request_uri })}`)
  await look(page, /^Leeds Library asks to see your library pass$/)
  await page.getByRole('button', { name: 'Agree and share' }).click()
  await page.waitForURL(/^https:\/\/app\.example\/callback\?code=/)
}

/** What a developer does before an application may ask for anything. */
async function developer(page: Page, { base }: Application, look: Look): Promise<void> {
  const press = (name: string) => page.getByRole('button', { name, exact: true }).first().click()
  await page.goto(`${base}/developers`)
  await look(page, /^Developers$/)
  await page.getByRole('button', { name: 'Sign in and register an application' }).click()
  await page.getByRole('button', { name: /Carys Specimen/ }).click()
  await look(page, /^Your organisations$/)
  await page.fill('#name', 'Fair Insurance')
  await press('Register')
  await press('Make an invitation')
  await look(page, /^Fair Insurance$/)
  await page.fill('#name', 'Quote')
  await press('Make the application')
  await page.selectOption('#api', 'driving-licence')
  await press('Ask')
  await page.fill('#jwk', '{}')
  await press('Add the key')
  await look(page, /^Quote$/)
  await page.fill('#jwk', jwk)
  await press('Add the key')
  await press('Make a secret')
  await press('Stop the application')
  await look(page, /^Quote$/)
}

/** Looks at a page as it was answered, with scripts on: in light, in the dark, and on a narrow screen. */
async function lookAt(glass: Page, base: string, html: string): Promise<void> {
  await glass.route(`${base}/looked-at`, (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', body: html }), { times: 1 })
  await glass.emulateMedia({ colorScheme: 'light' })
  await glass.setViewportSize({ width: 1280, height: 800 })
  await glass.goto(`${base}/looked-at`)
  await glass.addScriptTag({ path: axe })
  const title = await glass.title()
  assert.deepEqual(await seriousViolations(glass, wcagRules), [], title)
  await glass.emulateMedia({ colorScheme: 'dark' })
  assert.deepEqual(await seriousViolations(glass, ['color-contrast']), [], `${title}, in the dark`)
  await glass.setViewportSize({ width: 320, height: 800 })
  assert.ok(((await glass.evaluate('document.documentElement.scrollWidth')) as number) <= 320, title)
}
