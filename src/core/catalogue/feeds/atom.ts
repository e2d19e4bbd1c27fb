import { xmlText } from '../../../foundation/formats/xml-write.ts'
import type { Dataset } from '../model.ts'

/** Things that happened as an Atom feed, the newest first. */
export function eventsAtom(feed: {
  title: string
  address: string
  entries: ReadonlyArray<{ id: string; title: string; link: string; at: string; author: string; text?: string }>
}): string {
  return atom(
    feed,
    feed.entries.map(({ at, text, ...entry }) => ({ ...entry, updated: at, summary: text ?? entry.title })),
  )
}

/** The datasets changed last as an Atom feed. */
export function toAtom({
  title,
  address,
  base,
  datasets,
}: {
  title: string
  address: string
  base: string
  datasets: readonly Dataset[]
}): string {
  const entries = datasets.map((dataset) => ({
    id: `urn:uuid:${dataset.identifier}`,
    title: dataset.title,
    link: `${base}/datasets/${dataset.name}`,
    author: dataset.publisher,
    published: dataset.issued,
    updated: dataset.modified,
    summary: (dataset.description ?? dataset.title).slice(0, 2_000),
    categories: dataset.keyword,
  }))
  return atom({ title: `${title}: datasets`, address }, entries)
}

interface AtomEntry {
  id: string
  title: string
  link: string
  author: string
  /** ISO 8601, as is `updated`. */
  published?: string
  updated: string
  summary: string
  categories?: readonly string[]
}

/** A feed whose entries stand newest first. @see RFC 4287 */
function atom({ title, address }: { title: string; address: string }, entries: readonly AtomEntry[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB">
  <id>${xmlText(address)}</id>
  <title>${xmlText(title)}</title>
  <link rel="self" href="${xmlText(address)}"/>
  <updated>${xmlText(entries[0]?.updated ?? new Date(0).toISOString())}</updated>
${entries.map(entryText).join('')}</feed>
`
}

const entryText = ({ id, title, link, author, published, updated, summary, categories = [] }: AtomEntry): string => `  <entry>
    <id>${xmlText(id)}</id>
    <title>${xmlText(title)}</title>
    <link rel="alternate" href="${xmlText(link)}"/>
    <author><name>${xmlText(author)}</name></author>
${published === undefined ? '' : `    <published>${xmlText(published)}</published>\n`}    <updated>${xmlText(updated)}</updated>
    <summary>${xmlText(summary)}</summary>
${categories.map((word) => `    <category term="${xmlText(word)}"/>\n`).join('')}  </entry>
`
