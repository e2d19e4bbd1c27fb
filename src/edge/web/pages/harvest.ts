import type { FastifyInstance } from 'fastify'
import type { HarvestSource } from '../../../core/harvest/index.ts'
import { safeAddress } from '../view/format.ts'
import { type Parts, servePage } from './page.ts'

/** Catalogues that are pulled in: what each gave last, what was wrong, and when it comes again. */
export function harvestPages(app: FastifyInstance, parts: Parts): void {
  const { harvest } = parts
  if (!harvest) return
  servePage(app, parts, '/harvest', async () => {
    const sources = await harvest.sources()
    return {
      template: 'harvest.njk',
      shell: { title: 'Other catalogues', section: 'data' },
      view: { sources: sources.map(sourceView) },
      data: { sources },
    }
  })
}

const kinds: Record<HarvestSource['kind'], string> = {
  ckan: 'CKAN',
  dcat: 'DCAT',
  'data-json': 'data.json',
  'ogc-records': 'OGC API Records',
  sixteen: 'Sixteen',
  inventory: 'Inventory',
}
const SHOWN_ERRORS = 20

function sourceView({ id, title, url, kind, records, lastComplete, next, job }: HarvestSource) {
  const report = job?.report
  return {
    id,
    title: title ?? id,
    href: safeAddress(url),
    url,
    kind: kinds[kind],
    records,
    lastComplete,
    next,
    job: job && {
      id: job.id,
      started: job.started,
      text: job.state === 'done' ? 'Complete' : job.state === 'running' ? 'Running' : 'Failed',
      tone: job.state === 'done' ? 'good' : job.state === 'failed' ? 'bad' : undefined,
      dryRun: job.dryRun,
      figures: report && [
        { name: 'read', count: report.seen },
        { name: 'new', count: report.created },
        { name: 'changed', count: report.updated },
        { name: 'gone', count: report.removed },
        { name: 'refused', count: report.refused },
      ],
      errors: report?.errors.slice(0, SHOWN_ERRORS) ?? [],
      more: Math.max(0, (report?.errors.length ?? 0) - SHOWN_ERRORS),
    },
  }
}
