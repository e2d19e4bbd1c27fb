import { xmlText } from '../../../foundation/formats/xml-write.ts'
import type { Dataset } from '../model.ts'

/** Things that happened as an Atom feed, the newest first. @see RFC 4287 */
export function eventsAtom(feed: {
  title: string
  address: string
  entries: ReadonlyArray<{ id: string; title: string; link: string; at: string; author: string; text?: string }>
}): string {
  const entries = feed.entries.map(
    (entry) => `  <entry>
    <id>${xmlText(entry.id)}</id>
    <title>${xmlText(entry.title)}</title>
    <link rel="alternate" href="${xmlText(entry.link)}"/>
    <author><name>${xmlText(entry.author)}</name></author>
    <updated>${xmlText(entry.at)}</updated>
    <summary>${xmlText(entry.text ?? entry.title)}</summary>
  </entry>
`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB">
  <id>${xmlText(feed.address)}</id>
  <title>${xmlText(feed.title)}</title>
  <link rel="self" href="${xmlText(feed.address)}"/>
  <updated>${xmlText(feed.entries[0]?.at ?? new Date(0).toISOString())}</updated>
${entries.join('')}</feed>
`
}

/**
 * The datasets changed last as an Atom feed.
 *
 * @see RFC 4287
 */
export function toAtom(feed: { title: string; address: string; base: string; datasets: readonly Dataset[] }): string {
  const updated = feed.datasets[0]?.modified ?? new Date(0).toISOString()
  const entries = feed.datasets.map(
    (dataset) => `  <entry>
    <id>urn:uuid:${xmlText(dataset.identifier)}</id>
    <title>${xmlText(dataset.title)}</title>
    <link rel="alternate" href="${xmlText(`${feed.base}/datasets/${dataset.name}`)}"/>
    <author><name>${xmlText(dataset.publisher)}</name></author>
    <published>${dataset.issued}</published>
    <updated>${dataset.modified}</updated>
    <summary>${xmlText((dataset.description ?? dataset.title).slice(0, 2_000))}</summary>
${dataset.keyword.map((word) => `    <category term="${xmlText(word)}"/>\n`).join('')}  </entry>
`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB">
  <id>${xmlText(feed.address)}</id>
  <title>${xmlText(`${feed.title}: datasets`)}</title>
  <link rel="self" href="${xmlText(feed.address)}"/>
  <updated>${updated}</updated>
${entries.join('')}</feed>
`
}
