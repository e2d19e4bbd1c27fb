import { visibilities } from '../../../core/access/index.ts'
import {
  type Dataset,
  type DatasetInput,
  frequencies,
  licences,
  licenceTitle,
  states,
  themes,
  themeTitle,
} from '../../../core/catalogue/index.ts'
import type { Problem } from '../../../foundation/kernel/index.ts'
import { frequencyWords } from './frequency.ts'

/** Who may see a dataset, in people's words. */
export const tierNames: Record<Dataset['visibility'], string> = {
  public: 'Everybody',
  licensed: 'Everybody its description; the data, who accepted the licence',
  government: 'Bodies of government',
  organisation: 'Only we',
  personal: 'Only we, and each person their own record',
}

const stateNames: Record<Dataset['state'], string> = {
  published: 'Published',
  unpublished: 'Held, not published yet',
  'nothing-to-open': 'Nothing to open',
  planned: 'Planned',
  closed: 'Closed',
  draft: 'A draft, which only we see',
  deleted: 'Taken away',
}

const MOST_LINKS = 50

/** Fields of the form by the path of what they hold, for a problem to be shown beside. */
const fieldOfPointer: Record<string, string> = {
  '/accrualPeriodicity': 'frequency',
  '/contactPoint/email': 'contact-email',
  '/contactPoint/name': 'contact-name',
  '/temporal/start': 'start',
  '/temporal/end': 'end',
}

/** What the form shows: the description as it is, or as it was typed. */
export function editView(dataset: Dataset, given?: URLSearchParams, problem?: Problem) {
  const value = (name: string, now: string | undefined) => given?.get(name) ?? now ?? ''
  const pointer = String(problem?.fields.pointer ?? '')
  return {
    dataset,
    problem: problem && { text: problem.message, field: fieldOfPointer[pointer] ?? (pointer.split('/')[1] || 'title') },
    lines: [
      { name: 'title', label: 'Title', value: value('title', dataset.title), max: 300 },
      { name: 'keyword', label: 'Keywords', hint: 'With commas between.', value: value('keyword', dataset.keyword.join(', ')), max: 5_000 },
      { name: 'contact-name', label: 'Contact: a team', value: value('contact-name', dataset.contactPoint?.name), max: 200 },
      { name: 'contact-email', label: 'Contact: email address', value: value('contact-email', dataset.contactPoint?.email), max: 200 },
      { name: 'spatial', label: 'Area', hint: 'A name, or a code such as E92000001.', value: value('spatial', dataset.spatial), max: 200 },
      { name: 'start', label: 'Covers from', hint: 'Such as 2026-04-01.', value: value('start', dataset.temporal?.start), max: 10 },
      { name: 'end', label: 'Covers to', hint: 'Such as 2027-03-31.', value: value('end', dataset.temporal?.end), max: 10 },
      {
        name: 'reason',
        label: 'Why there is nothing to open',
        hint: 'Where that is so.',
        value: value('reason', dataset.reason),
        max: 2_000,
      },
      {
        name: 'planned',
        label: 'To be published by',
        hint: 'Where it is planned, such as 2027-03-31.',
        value: value('planned', dataset.planned),
        max: 10,
      },
      {
        name: 'obstacle',
        label: 'What keeps it closed',
        hint: 'Where it is closed.',
        value: value('obstacle', dataset.obstacle),
        max: 2_000,
      },
      { name: 'landingPage', label: 'Your own page about it', value: value('landingPage', dataset.landingPage), max: 2_000 },
    ],
    texts: [
      { name: 'description', label: 'What it is', value: value('description', dataset.description), max: 20_000 },
      { name: 'provenance', label: 'How the data came about', value: value('provenance', dataset.provenance), max: 5_000 },
    ],
    choices: [
      choiceOf('licence', 'Licence', licences, value('licence', dataset.licence), licenceTitle),
      choiceOf(
        'frequency',
        'How often it is renewed',
        frequencies,
        value('frequency', dataset.accrualPeriodicity),
        (word) => frequencyWords[word],
      ),
      choiceOf('visibility', 'Who may see it', visibilities, value('visibility', dataset.visibility), (word) => tierNames[word]),
      choiceOf('state', 'What there is', states, value('state', dataset.state), (word) => stateNames[word]),
    ],
    themes: Object.keys(themes).map((name) => ({
      name,
      text: themeTitle(name),
      checked: given ? given.getAll('theme').includes(name) : dataset.theme.includes(name),
    })),
    linked: (dataset.linked ?? []).slice(0, MOST_LINKS).map(({ accessURL, title }, i) => ({
      name: i === 0 ? 'linked' : `linked-${i}`,
      titleName: `linked-title-${i}`,
      number: i + 1,
      address: value(`linked-${i}`, accessURL),
      title: value(`linked-title-${i}`, title),
      field: `linked-${i}`,
    })),
  }
}

function choiceOf<Word extends string>(name: string, label: string, words: readonly Word[], chosen: string, text: (word: Word) => string) {
  return { name, label, items: words.map((word) => ({ value: word, text: text(word), selected: word === chosen })) }
}

/** The description that a form stands for: what it does not ask about stays as it was. */
export function inputOf(before: Dataset, given: URLSearchParams): DatasetInput {
  const { partial: _partial, licenceNeeded: _needed, distributions: _tables, issued: _issued, modified: _modified, ...kept } = before
  const text = (name: string) => (given.get(name) ?? '').trim() || undefined
  const contact = { ...before.contactPoint, name: text('contact-name'), email: text('contact-email') }
  const temporal = { start: text('start'), end: text('end') }
  const input = {
    ...kept,
    title: text('title') ?? '',
    description: text('description'),
    keyword: (text('keyword') ?? '')
      .split(',')
      .map((word) => word.trim())
      .filter(Boolean),
    theme: [...before.theme.filter((name) => !(name in themes)), ...given.getAll('theme').filter((name) => name in themes)],
    licence: (text('licence') ?? before.licence) as DatasetInput['licence'],
    accrualPeriodicity: (text('frequency') ?? before.accrualPeriodicity) as DatasetInput['accrualPeriodicity'],
    visibility: (text('visibility') ?? before.visibility) as DatasetInput['visibility'],
    state: (text('state') ?? before.state) as DatasetInput['state'],
    reason: text('reason') ?? before.reason,
    planned: text('planned') ?? before.planned,
    obstacle: text('obstacle') ?? before.obstacle,
    contactPoint: hasAny(contact) ? contact : undefined,
    temporal: hasAny(temporal) ? temporal : undefined,
    spatial: text('spatial'),
    landingPage: text('landingPage'),
    provenance: text('provenance'),
    linked: before.linked?.map((resource, i) =>
      given.has(`linked-${i}`)
        ? { ...resource, accessURL: text(`linked-${i}`) ?? resource.accessURL, title: text(`linked-title-${i}`) }
        : resource,
    ),
  }
  return JSON.parse(JSON.stringify(input)) as DatasetInput // what was left empty is left out
}

const hasAny = (values: object): boolean => Object.values(values).some((value) => value !== undefined)
