import { type DatasetQuality, type PartName, type PublisherStanding, partNames, partWeights } from '../../../core/quality/index.ts'
import { percentText } from './format.ts'

const partTexts: Record<PartName, string> = {
  metadata: 'Description',
  freshness: 'On time',
  availability: 'Available',
  openness: 'Open',
  documentation: 'Documented',
  structure: 'Well formed',
  licence: 'Licence',
}

const counts: Record<PartName, string> = {
  metadata: 'Description, keywords, theme, contact, area and time',
  freshness: 'When the data was last renewed, against how often its publisher says that it is',
  availability: 'Tables here, and whether links answer with what they should',
  openness: 'Five-star openness, from what is behind the links and in the tables',
  documentation: 'A full description, where the data comes from, a title for each file',
  structure: 'Cells that fit their column, and files that a machine can read',
  licence: 'An open licence is all of it, another that is stated less than half',
}

/** The parts of the score with their points and what counts in them. */
export const weightsView = partNames.map((part) => ({ name: partTexts[part], weight: partWeights[part], what: counts[part] }))

const starTexts = [
  'On the web, openly licensed',
  'Structured',
  'In an open format',
  'Things named by addresses',
  'Linked to data of others',
]

/** The score of a dataset in people's words. */
export function qualityView({ score, stars, openness, parts }: DatasetQuality) {
  return {
    score,
    stars,
    starText: `${stars} of 5 stars for openness`,
    openness: openness.map(({ star, met, found }) => ({ name: starTexts[star - 1], met, found })),
    parts: parts.map(({ part, weight, score: share, found, fixes }) => ({
      name: partTexts[part as PartName],
      weight,
      ...(share !== null && { points: Number((share * weight).toFixed(1)) }),
      found,
      fixes: fixes.slice(0, 4),
    })),
  }
}

/** A publisher's place in people's words. */
export function standingView({ score, stars, inTime, change, ...rest }: PublisherStanding) {
  return {
    ...rest,
    score: score.toFixed(0),
    stars: stars.toFixed(1),
    inTime: inTime === null ? undefined : percentText(inTime),
    change: change === null ? undefined : `${change > 0 ? '+' : change < 0 ? '−' : ''}${Math.abs(change).toFixed(1)}`,
  }
}
