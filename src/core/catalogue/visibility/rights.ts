import type { Dataset } from '../model.ts'

/**
 * The right of access to a dataset's data, as European catalogues say it. `RESTRICTED`: under conditions that anyone may meet, such as a
 * licence to accept. `NON_PUBLIC`: for some, or not there to be had.
 *
 * @see http://publications.europa.eu/resource/authority/access-right
 */
export function accessRightOf({ state, visibility, licence }: Pick<Dataset, 'state' | 'visibility' | 'licence'>) {
  if (state !== 'published' || (visibility !== 'public' && visibility !== 'licensed')) return 'NON_PUBLIC'
  return visibility === 'licensed' || licence === 'end-user-licence' ? 'RESTRICTED' : 'PUBLIC'
}

/** Why there are no data to be had, or for whom they are, in a sentence; undefined where they are for all. */
export function accessWords(dataset: Pick<Dataset, 'state' | 'visibility' | 'reason' | 'planned' | 'obstacle'>): string | undefined {
  return stateWords(dataset) ?? tierWords[dataset.visibility]
}

const tierWords: Record<Dataset['visibility'], string | undefined> = {
  public: undefined,
  licensed: 'The data are for applications that accepted the licence.',
  government: 'Only bodies of government see this.',
  organisation: 'Only its publisher sees this.',
  personal: 'The data are about people. Only its publisher sees all of it; each person can see their own.',
}

function stateWords({ state, reason, planned, obstacle }: Parameters<typeof accessWords>[0]): string | undefined {
  if (state === 'unpublished') return 'Its publisher holds it and has not published it yet.'
  if (state === 'nothing-to-open') return `There is nothing to open: ${reason}`
  if (state === 'planned') return `To be published by ${dayWords(planned)}.`
  if (state === 'closed') return `Closed: ${obstacle}`
  if (state === 'draft') return 'A draft, which only its publisher sees.'
  return state === 'deleted' ? 'Taken away. Only its publisher sees it.' : undefined
}

/** A day as people write it; what is no day stays as it is. */
function dayWords(day = ''): string {
  const date = new Date(`${day}T00:00:00Z`)
  const format = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })
  return Number.isNaN(date.getTime()) ? day : format.format(date)
}
