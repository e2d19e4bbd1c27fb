import type { QualityFacts } from './facts.ts'
import { type DatasetQuality, type Fix, partNames, partWeights, type QualityPart } from './model.ts'
import { opennessOf } from './openness.ts'
import { measures } from './parts.ts'

const MOST_FIXES = 10

/**
 * The score of a dataset with its parts. Pure: the same facts give the same score. A part with nothing to measure counts nothing, and the others
 * count the more.
 */
export function scoreOf(facts: QualityFacts): DatasetQuality {
  const measured = partNames.map((part) => ({ part, ...measures[part](facts) }))
  const counted = measured.filter(({ checks }) => checks.length).reduce((sum, { part }) => sum + partWeights[part], 0)
  const parts = measured.map(({ part, checks, found }): QualityPart => {
    const weight = partWeights[part]
    const each = counted ? (100 * weight) / counted / checks.length : 0
    return {
      part,
      weight,
      score: checks.length ? round(checks.reduce((sum, { share }) => sum + share, 0) / checks.length, 3) : null,
      found,
      fixes: worthy(checks.filter(({ share }) => share < 1).map(({ share, fix }) => ({ ...fix, gain: round((1 - share) * each, 1) }))),
    }
  })
  const points = parts.reduce((sum, { score, weight }) => sum + (score ?? 0) * weight, 0)
  const { stars, openness } = opennessOf(facts)
  return {
    dataset: facts.dataset.name,
    score: counted ? Math.round((100 * points) / counted) : 0,
    stars,
    openness,
    parts,
    fixes: worthy(parts.flatMap(({ fixes }) => fixes)).slice(0, MOST_FIXES),
    computed: facts.now.toISOString(),
  }
}

const worthy = (fixes: Fix[]): Fix[] => fixes.filter(({ gain }) => gain > 0).sort((a, b) => b.gain - a.gain || a.id.localeCompare(b.id))

const round = (value: number, digits: number): number => Number(value.toFixed(digits))
