/** One of several processes that use the same codes and grants at the same time; says on its standard output which it got. */
import { readFileSync } from 'node:fs'
import { openPlace } from './place.ts'

const [folder = '', name = ''] = process.argv.slice(2)
const { codes, grants } = JSON.parse(readFileSync(`${folder}/work.json`, 'utf8')) as {
  codes: Array<{ code: string; factor: string }>
  grants: string[]
}
const AT_ONCE = 200
const consent = openPlace(folder, 100)
const asker = { organisation: name, system: null, user: null, reference: null }
const caller = { client: 'racing-app', organisation: 'racers', organisationName: 'Racers' }

async function each<T>(works: readonly T[], work: (one: T) => Promise<unknown>): Promise<void> {
  const left = works.entries()
  const hand = async () => {
    for (const [at, one] of left)
      await work(one).then(
        () => console.log(`got ${typeof one === 'string' ? 'grant' : 'code'} ${at}`),
        (error: { code?: string }) => {
          if (error.code !== 'share-code-refused' && error.code !== 'grant-not-live') console.log(`failed ${error.code ?? error}`)
        },
      )
  }
  await Promise.all(Array.from({ length: AT_ONCE }, hand))
}

await each(codes, (one) => consent.codes.redeem(one, { address: name, organisation: null }, asker))
await each(grants, (grant) => consent.records.retrieve('driving-licence', caller, { grant, fields: ['lastName'] }))
await consent.close()
