import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { LaunchOptions, Page } from 'playwright-core'

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** Why tests in a browser are left out; false where there is one. */
export const skip: string | false = existsSync(executablePath) ? false : `no browser at ${executablePath}; CHROMIUM names another`

export const launchOptions: LaunchOptions = {
  executablePath,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ],
}

/** Path of the script that looks for violations. */
export const axe: string = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** WCAG 2.2 AA, and what axe recommends beside it. */
export const wcagRules: readonly string[] = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Violations of these rules in a page that holds axe, the serious ones and worse: rule and first element. */
export async function seriousViolations(page: Page, rules: readonly string[]): Promise<string[]> {
  const run = `axe.run({ runOnly: ${JSON.stringify(rules)}, resultTypes: ['violations'] })`
  const { violations } = (await page.evaluate(run)) as { violations: Array<{ id: string; impact: string; nodes: Array<{ html: string }> }> }
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
}
