import { xmlText } from '../../../foundation/formats/xml-write.ts'
import type { Manifest } from '../model.ts'
import type { Notice, VersionNote } from './store.ts'

interface Entry {
  id: string
  title: string
  updated: string
  text: string
  href: string
}

/** Versions and announced changes of a table as a feed. @see RFC 4287 */
export function versionFeed(
  dataset: { name: string; title: string },
  versions: ReadonlyArray<{ manifest: Manifest; note: VersionNote }>,
  notices: readonly Notice[],
  base: string,
): string {
  const page = `${base}/datasets/${dataset.name}`
  const entries: Entry[] = [
    ...notices.map((notice) => ({
      id: `${page}#notice-${notice.distribution}-${notice.announced}`,
      title: `A breaking change is announced for ${notice.effective}`,
      updated: notice.announced,
      text: notice.description,
      href: page,
    })),
    ...versions.map(({ manifest, note }) => ({
      id: `urn:sixteen:version:${manifest.id}`,
      title: `Version ${manifest.version}${note.withdrawn ? ', withdrawn' : ''}`,
      updated: note.withdrawn ?? manifest.created,
      text: [note.reason && `Withdrawn: ${note.reason}`, note.notes, `${manifest.rows} rows, ${manifest.columns.length} columns.`]
        .filter(Boolean)
        .join(' '),
      href: `${page}/versions/${manifest.version}`,
    })),
  ]
  const updated =
    entries
      .map((entry) => entry.updated)
      .sort()
      .at(-1) ?? new Date(0).toISOString()
  const entryXml = (entry: Entry) =>
    `<entry><id>${xmlText(entry.id)}</id><title>${xmlText(entry.title)}</title><updated>${entry.updated}</updated><link href="${xmlText(entry.href)}"/><summary>${xmlText(entry.text)}</summary></entry>`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><id>${xmlText(page)}/versions</id><title>${xmlText(dataset.title)}: versions</title><updated>${updated}</updated><author><name>Sixteen</name></author><link rel="self" href="${base}/v1/datasets/${dataset.name}/versions.atom"/>${entries.map(entryXml).join('')}</feed>\n`
}
