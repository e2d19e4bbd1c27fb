import type { ProgressEntry } from '../../../core/steering/index.ts'
import { numberText, plural } from './format.ts'

const statusWords: Record<ProgressEntry['status'], { text: string; tone: string }> = {
  done: { text: 'done', tone: 'good' },
  'under-way': { text: 'under way', tone: '' },
  planned: { text: 'planned', tone: '' },
  dropped: { text: 'dropped', tone: 'bad' },
  'nothing-to-open': { text: 'nothing to open', tone: '' },
}

const evidenceWords: Record<ProgressEntry['evidence'][number]['state'], { text: string; tone: string }> = {
  published: { text: 'published', tone: 'good' },
  'no-data': { text: 'described, no data yet', tone: 'bad' },
  served: { text: 'answers', tone: 'good' },
  elsewhere: { text: 'elsewhere, not checked', tone: '' },
  missing: { text: 'not there', tone: 'bad' },
}

/** An entry in words, each piece of evidence with its state at this moment. */
export function promiseView(entry: ProgressEntry) {
  return {
    id: entry.id,
    when: `${entry.kind === 'progress' ? 'In' : 'For'} ${entry.year}`,
    text: entry.text,
    reason: entry.reason,
    status: statusWords[entry.status],
    note: entry.note,
    evidence: entry.evidence.map((link) => ({
      title: link.title,
      href: link.address,
      kind: { dataset: 'dataset', api: 'API', page: 'page' }[link.kind],
      state: evidenceWords[link.state],
      more: link.rows === undefined ? '' : plural(link.rows, 'row'),
      modified: link.modified,
    })),
  }
}

/** Entries by department, in the order given, with what each department's entries add up to. */
export function byDepartment(entries: ProgressEntry[]) {
  const departments = Map.groupBy(entries, (entry) => entry.department)
  return [...departments].map(([name, said]) => ({
    name,
    title: said[0]?.departmentTitle ?? name,
    entries: said.map(promiseView),
    sum: sumText(said),
  }))
}

function sumText(said: ProgressEntry[]): string {
  const count = (test: (entry: ProgressEntry) => boolean) => said.filter(test).length
  const done = count((entry) => entry.kind === 'progress')
  const evidenced = count((entry) => entry.evidence.length > 0)
  return `${numberText(done)} done, ${plural(said.length - done, 'promise')}, ${numberText(evidenced)} of ${numberText(said.length)} with evidence`
}
