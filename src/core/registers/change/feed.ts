import { xmlText } from '../../../foundation/formats/xml-write.ts'
import { codeAddress, schemeAddress } from '../faces/skos.ts'
import type { Registers } from '../index.ts'

const MOST = 50

interface FeedEntry {
  id: string
  title: string
  updated: string
  link: string
  summary: string
}

/** The newest entries and proposals of a register as an Atom feed. @see RFC 4287 */
export async function changesFeed(registers: Registers, base: string, register: string): Promise<string> {
  const row = registers.reader.row(register)
  const { codes, definition } = registers.codes.list(register)
  const address = schemeAddress(base, register)
  const entries = registers.reader
    .entries(row, Math.max(1, row.size - MOST + 1), MOST)
    .reverse()
    .map(
      ({ number, key, timestamp }): FeedEntry => ({
        id: `${address}/entries/${number}`,
        title: `${key}: ${codes.get(key)?.name ?? key}`,
        updated: timestamp,
        link: codeAddress(base, { register, code: key }),
        summary: `Entry ${number} of ${register}.`,
      }),
    )
  const proposed = (await registers.changes.proposals(register)).slice(0, MOST).map(
    (proposal): FeedEntry => ({
      id: `${address}/proposals/${proposal.id}`,
      title: `Proposed (${proposal.class}, ${proposal.state}): ${proposal.findings.map(({ code }) => code).join(', ')}`,
      updated: proposal.created,
      link: `${address}/proposals/${proposal.id}`,
      summary:
        `${proposal.note} ${proposal.findings.map(({ code, message }) => `${code}: ${message}`).join(' ')} Notice ends ${proposal.noticeEnds}.`.trim(),
    }),
  )
  const all = [...entries, ...proposed].sort((a, b) => (a.updated < b.updated ? 1 : -1)).slice(0, MOST)
  const updated = all[0]?.updated ?? row.created
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<id>${xmlText(`${address}/feed.atom`)}</id><title>${xmlText(definition.title)}: changes</title><updated>${updated}</updated>
<link rel="self" href="${xmlText(`${address}/feed.atom`)}"/><link rel="alternate" type="text/html" href="${xmlText(address)}"/>
<author><name>${xmlText(definition.custodian ?? 'Sixteen')}</name></author>
${all.map(entryText).join('\n')}
</feed>
`
}

const entryText = ({ id, title, updated, link, summary }: FeedEntry): string =>
  `<entry><id>${xmlText(id)}</id><title>${xmlText(title)}</title><updated>${updated}</updated><link href="${xmlText(link)}"/><summary>${xmlText(summary)}</summary></entry>`
