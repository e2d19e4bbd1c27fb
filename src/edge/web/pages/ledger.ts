import type { FastifyInstance } from 'fastify'
import type { Consent } from '../../../core/access/index.ts'
import { type Parts, servePage } from './page.ts'

/** How the public log of accesses stands: its size, who cosigns it, and what the law hides for now. */
export function ledgerPages(app: FastifyInstance, parts: Parts & { consent: Consent }): void {
  const { ledger, witnesses, history } = parts.consent
  servePage(app, parts, '/ledger', async () => {
    const [origin = '', size = '0', root = ''] = ledger.published().split('\n')
    const data = {
      origin,
      size: Number(size),
      root,
      verifierKey: ledger.verifierKey,
      ...history.hidden(),
      witnesses: witnesses.all().map(({ name, size, at }) => ({ name, size, at })),
      cosigns: witnesses.own.logs,
    }
    return { template: 'ledger.njk', shell: { title: 'The log of accesses', section: 'my' }, view: { ...data, base: parts.base() }, data }
  })
}
