import { licenceTerms } from '../catalogue/index.ts'
import type { QualityFacts } from './facts.ts'
import type { Star } from './model.ts'

/** Formats whose structure a machine can take apart. */
const structured = new Set('csv tsv json geojson jsonld xml rdf ttl kml gml xls xlsx ods parquet sqlite'.split(' '))
const proprietary = new Set(['xls', 'xlsx'])
const linkedFormats = new Set(['rdf', 'ttl', 'jsonld'])

/** Whether a format, told by content, is a table or structured data in an open format. */
export const isOpenFormat = (format: string): boolean => structured.has(format) && !proprietary.has(format)
export const isStructured = (format: string): boolean => structured.has(format)

/**
 * The five stars of openness, each with by what it is met. They come from what stands behind the links and in the tables; what a publisher
 * declares of formats counts nothing. A star that is missed ends the row.
 *
 * @see https://5stardata.info/
 */
export function opennessOf({ dataset, links, codes }: QualityFacts): { stars: number; openness: Star[] } {
  const resources = links.filter(({ kind, state }) => kind === 'resource' && (state === 'ok' || state === 'moved'))
  const tables = dataset.distributions.length
  const formats = resources.flatMap(({ format }) => format ?? [])
  const { open, title } = licenceTerms[dataset.licence]
  const there = tables > 0 || resources.length > 0
  const some = (test: (format: string) => boolean) => formats.find(test)?.toUpperCase()
  const asTable = tables > 0 ? 'A table with an API here' : undefined
  const foreign = codes.filter(({ own }) => !own)
  const found: Array<[met: string | undefined, missing: string]> = [
    [
      open && there ? `${title}, and it answers` : undefined,
      !open ? `Not under an open licence: ${title}` : 'Nothing of it answers, or nothing was looked at yet',
    ],
    [
      asTable ?? some(isStructured),
      formats.length ? `No structured data, but ${[...new Set(formats)].join(', ').toUpperCase()}` : 'The content was not seen',
    ],
    [asTable ?? some(isOpenFormat), 'Only in a format that belongs to a company'],
    [
      codes[0]
        ? `The column ${codes[0].column} holds codes of ${codes[0].register}, which have addresses`
        : some((format) => linkedFormats.has(format)),
      'No codes or addresses that name things',
    ],
    [
      foreign[0] ? `The column ${foreign[0].column} leads to ${foreign[0].register}, which others keep` : undefined,
      'It does not lead to data of others',
    ],
  ]
  const missed = found.findIndex(([met]) => !met)
  const stars = missed < 0 ? 5 : missed
  return { stars, openness: found.map(([met, missing], i) => ({ star: i + 1, met: i < stars, found: i < stars ? (met ?? '') : missing })) }
}
