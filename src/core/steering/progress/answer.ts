import { Problem } from '../../../foundation/kernel/index.ts'
import { type Evidence, type ProgressAnswer, type ProgressKind, type ProgressRecord, progressKinds } from './model.ts'

/** Where an entry belongs. */
export type EntryPlace = Pick<ProgressRecord, 'department' | 'action' | 'year' | 'kind' | 'place'>

export const entryId = ({ department, action, year, kind, place }: EntryPlace): string => [department, action, year, kind, place].join('.')

const form = new RegExp(`^([a-z0-9-]{1,100})\\.(\\d{1,3})\\.(\\d{4})\\.(${progressKinds.join('|')})\\.([1-9]\\d{0,2})$`)

/** @throws {Problem} parameter-invalid for what is not an entry's id */
export function placeOf(id: string): EntryPlace {
  const [, department = '', action, year, kind, place] = form.exec(id) ?? []
  if (!department)
    throw new Problem('parameter-invalid', {
      detail: `${JSON.stringify(id)} is not the id of an entry.`,
      pointer: '/entry',
      hint: 'Department, action, year, kind and place with dots between, such as cabinet-office.16.2015.planned.1',
    })
  return { department, action: Number(action), year: Number(year), kind: kind as ProgressKind, place: Number(place) }
}

/** @throws {Problem} parameter-invalid when "nothing to open" gives no reason, or a link is not exactly one thing */
export function demandSound({ status, reason, evidence = [] }: ProgressAnswer): void {
  if (status === 'nothing-to-open' && !reason)
    throw new Problem('parameter-invalid', { detail: '“Nothing to open” needs a reason.', pointer: '/reason' })
  for (const [at, link] of evidence.entries())
    if (targetsOf(link) !== 1)
      throw new Problem('parameter-invalid', { detail: 'A link has one of dataset, path and url.', pointer: `/evidence/${at}` })
}

const targetsOf = ({ dataset, path, url }: Evidence): number => [dataset, path, url].filter((target) => target !== undefined).length
