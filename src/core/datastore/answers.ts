import { sha256Hex } from '../../foundation/kernel/index.ts'
import type { TextPage } from './index.ts'
import type { Manifest } from './model.ts'
import type { Plan } from './query/plan.ts'
import { cutName } from './sight.ts'

/** Names of the columns that a plan answers, in order. */
export function answeredNames(plan: Plan): string[] {
  return [...plan.columns.map((column) => column.name), ...plan.measures.map((measure) => measure.as)]
}

/** A tag of what was asked of which version, and of the columns that the asker sees: versions never change, so nothing else can. */
export function entityTag(manifest: Manifest, asked: string): string {
  return `"${manifest.id}-${sha256Hex(asked + cutName(manifest)).slice(0, 12)}"`
}

/** The body of a page, put together from row texts without parsing them. */
export function pageBody(page: TextPage, links: Record<string, string | null>): Buffer {
  const { records, manifest } = page
  const tail = `],"page":${JSON.stringify(page.page)},"version":${JSON.stringify(manifest.version)},"links":${JSON.stringify(links)}}`
  return typeof records === 'string' ? Buffer.from(`{"records":[${records}${tail}`) : Buffer.concat([pageHead, records, Buffer.from(tail)])
}

const pageHead = Buffer.from('{"records":[')

/** Addresses of a version's parts. */
export function versionLinks(base: string, manifest: Manifest) {
  const self = `${base}/v1/datasets/${manifest.dataset}/versions/${manifest.version}`
  return {
    self,
    source: `${self}/source`,
    rejects: `${self}/rejects`,
    changes: `${self}/changes`,
    records: `${base}/v1/datasets/${manifest.dataset}/records?version=${manifest.version}`,
    page: `${base}/datasets/${manifest.dataset}/versions/${manifest.version}`,
  }
}
