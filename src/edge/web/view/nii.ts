import type { Measure, NiiEntry } from '../../../core/steering/index.ts'

const stages: Record<NiiEntry['stage'], string> = {
  nominated: 'Nominated',
  triaged: 'To be assessed',
  assessed: 'Assessed',
  listed: 'Listed',
  committed: 'Listed, with commitments',
  refused: 'Not listed',
  appealed: 'Under appeal',
  retired: 'Retired',
  merged: 'Merged into another',
}

/** A stage in people's words. */
export const stageText = (stage: NiiEntry['stage']): string => stages[stage]

const statuses: Record<NiiEntry['status'], { text: string; tone?: 'good' | 'bad' }> = {
  green: { text: 'All met', tone: 'good' },
  amber: { text: 'Late' },
  red: { text: 'Not met', tone: 'bad' },
  grey: { text: 'Nothing to measure' },
}

/** What the probes found, in words, with the tone of the sign. */
export const statusView = (status: NiiEntry['status']) => statuses[status]

const probeTexts: Record<Measure['probe'], string> = {
  published: 'Published',
  api: 'Data API',
  freshness: 'On time',
  licence: 'Open licence',
  'machine-readable': 'Machine-readable',
  availability: 'Answers',
  latency: 'Fast enough',
  schema: 'Stable',
}
const stateTexts: Record<Measure['state'], { text: string; tone?: 'good' | 'bad' }> = {
  met: { text: 'Met', tone: 'good' },
  late: { text: 'Late' },
  missed: { text: 'Not met', tone: 'bad' },
  'not-measured': { text: 'Not measured' },
}

/** A measure as a row of the page. */
export const measureView = ({ probe, state, found, target }: Measure) => ({
  name: probeTexts[probe],
  state: stateTexts[state],
  found,
  target,
})
