/** Grants, revokes and discloses from several hands until it is killed; says on its standard output what was acknowledged. */
import { writeSync } from 'node:fs'
import { DATASET, grantOf, licenceOf, openPlace, randomFrom } from './place.ts'

const [folder = '', seed = '1'] = process.argv.slice(2)
const DRIVERS = 20
const HANDS = 24
const consent = openPlace(folder, DRIVERS)
const random = randomFrom(Number(seed))
const caller = { client: 'app', organisation: 'app', organisationName: 'App' }
const say = (...words: string[]): void => {
  try {
    writeSync(1, `${words.join(' ')}\n`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    say(...words) // the pipe is full; the parent will read
  }
}

for (let at = 0; at < DRIVERS; at += 1) consent.links.link(`driver-${at}`, DATASET, licenceOf(at).driverNumber, new Date().toISOString())
say('ready')

async function hand(): Promise<void> {
  for (;;) {
    const subject = `driver-${random(DRIVERS)}`
    const { id } = await consent.grants.create(grantOf(subject, 'app', ['lastName', 'penaltyPoints'], new Date()))
    say('grant', id)
    for (let times = random(4); times > 0; times -= 1) {
      const { accessId } = await consent.records.retrieve(DATASET, caller, { grant: id })
      say('disclosure', accessId, id)
    }
    if (random(2)) {
      await consent.grants.revoke(id, subject, null)
      say('revoke', id)
    }
  }
}
await Promise.all(Array.from({ length: HANDS }, hand))
