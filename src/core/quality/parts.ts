import { type Dataset, licenceTerms, timelinessOf } from '../catalogue/index.ts'
import type { QualityFacts } from './facts.ts'
import type { PartName } from './model.ts'
import { isOpenFormat, isStructured, opennessOf } from './openness.ts'

/** One thing that counts in a part: how much of it there is, and what to do where it is not all. */
interface Check {
  /** From 0 to 1. */
  share: number
  fix: { id: string; text: string; href: string }
}

interface Measured {
  checks: Check[]
  found: string
}

/** A part as measured; without checks there is nothing to measure. */
export type Measure = (facts: QualityFacts) => Measured

const edit = ({ name }: Dataset, field: string) => `/datasets/${name}/edit#${field}`
const publish = ({ name }: Dataset) => `/publish?dataset=${encodeURIComponent(name)}`
const share = (met: boolean): number => (met ? 1 : 0)
const many = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`

export const measures: Record<PartName, Measure> = {
  metadata: ({ dataset }) => {
    const described: Array<[id: string, text: string, field: string, met: boolean]> = [
      ['describe', 'Say in a sentence or two what it is', 'description', (dataset.description?.length ?? 0) >= 50],
      ['add-keywords', 'Add keywords', 'keyword', dataset.keyword.length > 0],
      ['add-theme', 'Choose a theme', 'theme', dataset.theme.length > 0],
      ['add-contact', 'Give a contact', 'contact-email', Boolean(dataset.contactPoint?.email || dataset.contactPoint?.url)],
      ['add-area', 'Say which area it covers', 'spatial', dataset.spatial !== undefined],
      ['add-time', 'Say which time it covers', 'start', dataset.temporal?.start !== undefined || dataset.temporal?.end !== undefined],
    ]
    return {
      checks: described.map(([id, text, field, met]) => ({ share: share(met), fix: { id, text, href: edit(dataset, field) } })),
      found: `${described.filter(([, , , met]) => met).length} of ${described.length}: description, keywords, theme, contact, area, time`,
    }
  },
  freshness: ({ dataset, links, now }) => {
    const frequency = dataset.accrualPeriodicity
    const late = { id: 'publish-release', text: `Publish the release that is due (${frequency})`, href: publish(dataset) }
    if (frequency === 'unknown')
      return {
        checks: [{ share: 0, fix: { id: 'state-frequency', text: 'Say how often it is renewed', href: edit(dataset, 'frequency') } }],
        found: 'How often it is renewed is not stated',
      }
    const last = lastRenewed(dataset, links)
    const timely = last && timelinessOf(frequency, last, now)
    if (!last || !timely)
      return {
        checks: [],
        found: last ? `Renewed ${last.slice(0, 10)}; nothing falls due (${frequency})` : 'When it was renewed cannot be told',
      }
    return {
      checks: [{ share: timely === 'in-time' ? 1 : timely === 'late' ? 0.5 : 0, fix: late }],
      found: `Renewed ${last.slice(0, 10)}, ${frequency}: ${timely === 'in-time' ? 'in time' : timely}`,
    }
  },
  availability: ({ dataset, links }) => {
    const told = links.filter(({ state }) => state !== 'unknown' && state !== 'blocked')
    const checks: Check[] = told.map(({ state, title, address }) => ({
      share: state === 'ok' ? 1 : state === 'moved' ? 0.8 : 0,
      fix: {
        id: state === 'moved' ? 'follow-link' : 'mend-link',
        text: `${state === 'moved' ? 'Give the new address of' : 'Mend the link to'} ${title ?? address}`,
        href: edit(dataset, 'linked'),
      },
    }))
    for (const _table of dataset.distributions) checks.push({ share: 1, fix: { id: 'publish', text: '', href: publish(dataset) } })
    if (!dataset.distributions.length && !dataset.linked?.length)
      return { checks: [{ share: 0, fix: { id: 'publish', text: 'Publish a file', href: publish(dataset) } }], found: 'There is no data' }
    const bad = told.filter(({ state }) => state === 'broken' || state === 'soft-404').length
    const untold = links.length - told.length
    return {
      checks,
      found: [
        dataset.distributions.length ? `${many(dataset.distributions.length, 'table')} here` : '',
        told.length ? `${bad} of ${many(told.length, 'link')} broken` : '',
        untold ? `${many(untold, 'link')} not known` : '',
      ]
        .filter(Boolean)
        .join(', '),
    }
  },
  openness: (facts) => {
    const { stars, openness } = opennessOf(facts)
    const missing = openness.find(({ met }) => !met)
    const licence = stars === 0 && !licenceTerms[facts.dataset.licence].open
    return {
      checks: [
        {
          share: stars / 5,
          fix: {
            id: licence ? 'open-licence' : `earn-star-${stars + 1}`,
            text: licence ? 'Put it under an open licence' : `Earn the next star: ${missing?.found ?? ''}`,
            href: licence ? edit(facts.dataset, 'licence') : publish(facts.dataset),
          },
        },
      ],
      found: `${stars} of 5 stars`,
    }
  },
  documentation: ({ dataset }) => {
    const resources = dataset.linked ?? []
    const titled = resources.filter(({ title, description }) => title || description).length
    const checks: Check[] = [
      {
        share: share((dataset.description?.length ?? 0) >= 200),
        fix: { id: 'describe-fully', text: 'Describe it in 200 letters or more', href: edit(dataset, 'description') },
      },
      {
        share: share(dataset.provenance !== undefined),
        fix: { id: 'add-provenance', text: 'Say how the data came about', href: edit(dataset, 'provenance') },
      },
    ]
    if (resources.length)
      checks.push({
        share: titled / resources.length,
        fix: { id: 'title-files', text: 'Give each file a title', href: edit(dataset, 'linked') },
      })
    return {
      checks,
      found: [
        dataset.description ? `${many(dataset.description.length, 'letter')} of description` : 'No description',
        dataset.provenance ? 'where it comes from is told' : 'where it comes from is not told',
        resources.length ? `${titled} of ${many(resources.length, 'file')} with a title` : '',
      ]
        .filter(Boolean)
        .join(', '),
    }
  },
  structure: ({ dataset, links }) => {
    const checks: Check[] = dataset.distributions.map(({ rows, columns, rejectedCells }) => ({
      // One bad cell in a hundred halves the mark: tables with more are rarely usable as they are.
      share: 1 / (1 + (rejectedCells / Math.max(1, rows * columns)) * 100),
      fix: {
        id: 'mend-cells',
        text: `Mend the ${many(rejectedCells, 'cell')} that do not fit their column`,
        href: `/datasets/${dataset.name}#rejects`,
      },
    }))
    const seen = links.filter(
      ({ kind, state, format }) => kind === 'resource' && format !== undefined && (state === 'ok' || state === 'moved'),
    )
    for (const { format = '', title, address } of seen)
      checks.push({
        share: isOpenFormat(format) ? 1 : isStructured(format) ? 0.6 : 0,
        fix: { id: 'structure-file', text: `Give ${title ?? address} as CSV, not ${format.toUpperCase()}`, href: publish(dataset) },
      })
    const rejected = dataset.distributions.reduce((sum, table) => sum + table.rejectedCells, 0)
    return {
      checks,
      found: checks.length
        ? [
            dataset.distributions.length ? `${many(rejected, 'cell')} did not fit` : '',
            seen.length ? `files are ${[...new Set(seen.map(({ format }) => format?.toUpperCase()))].join(', ')}` : '',
          ]
            .filter(Boolean)
            .join(', ')
        : 'No content was seen',
    }
  },
  licence: ({ dataset }) => {
    const { title, open } = licenceTerms[dataset.licence]
    const stated = dataset.licence !== 'not-stated'
    return {
      checks: [
        {
          share: open ? 1 : stated ? 0.4 : 0,
          fix: stated
            ? { id: 'open-licence', text: 'Put it under an open licence', href: edit(dataset, 'licence') }
            : { id: 'state-licence', text: 'State the licence', href: edit(dataset, 'licence') },
        },
      ],
      found: title,
    }
  },
}

/** When the data itself was last renewed: tables here, then what servers and publishers say of files elsewhere. A description that changed is no renewal. */
function lastRenewed(dataset: Dataset, links: QualityFacts['links']): string | undefined {
  const moments = [
    ...dataset.distributions.map(({ modified }) => modified),
    ...links.flatMap(({ kind, modified }) => (kind === 'resource' && modified ? [modified] : [])),
    ...(dataset.linked ?? []).flatMap(({ modified }) =>
      modified && !Number.isNaN(Date.parse(modified)) ? [new Date(modified).toISOString()] : [],
    ),
  ]
  return moments.sort().at(-1)
}
