import type { Letter } from './mail.ts'
import type { FollowEvent } from './model.ts'

interface Links {
  /** Page on which it is confirmed or ended. */
  manage: string
  stop: string
  site: string
}

const foot = ({ manage }: Links) => `\n--\nYou get this because this address asked for it. Stop it: ${manage}\n`

/** The letter that asks whether its reader wants to be told. */
export function confirmLetter(to: string, what: string, links: Links): Letter {
  return {
    to,
    subject: `Confirm that you follow ${what}`,
    text: `Somebody, probably you, asked ${links.site} to tell this address about ${what}.\n\nIf you want that, confirm it here:\n\n${links.manage}\n\nIf not, do nothing: you will hear no more.\n`,
    stop: links.stop,
  }
}

/** One letter for everything that happened since the last. */
export function newsLetter(to: string, events: readonly FollowEvent[], links: Links): Letter {
  const [first] = events
  const subject =
    events.length === 1 && first ? `${first.data.title}: ${first.data.text}` : `${events.length} changes to data that you follow`
  const text = events.map(({ timestamp, data }) => `${data.title}\n${data.text}, ${timestamp.slice(0, 10)}\n${data.url}\n`).join('\n')
  return { to, subject: subject.replace(/\s+/g, ' ').slice(0, 200), text: `${text}${foot(links)}`, stop: links.stop }
}
