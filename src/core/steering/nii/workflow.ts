import { Problem } from '../../../foundation/kernel/index.ts'
import type { NiiRecord, NiiStage, Step, StepName } from './model.ts'

/** From which stages a step may be taken, and where it leads. */
const ways: Record<StepName, { from: readonly NiiStage[]; to: NiiStage | 'same' }> = {
  triage: { from: ['nominated'], to: 'triaged' },
  merge: { from: ['nominated', 'triaged'], to: 'merged' },
  assess: { from: ['triaged', 'assessed', 'appealed'], to: 'assessed' },
  list: { from: ['assessed'], to: 'listed' },
  refuse: { from: ['assessed'], to: 'refused' },
  appeal: { from: ['refused'], to: 'appealed' },
  commit: { from: ['listed', 'committed'], to: 'committed' },
  notice: { from: ['committed'], to: 'same' },
  retire: { from: ['listed', 'committed'], to: 'retired' },
}

/** Who may take a step: those who keep the list, who answers for the data, or anybody. */
export const stepTakers: Record<StepName, 'operator' | 'publisher' | 'public'> = {
  triage: 'operator',
  merge: 'operator',
  assess: 'operator',
  list: 'operator',
  refuse: 'operator',
  appeal: 'public',
  commit: 'publisher',
  notice: 'publisher',
  retire: 'operator',
}

/** Steps that an entry may take from where it is. */
export const stepsFrom = (stage: NiiStage): StepName[] =>
  (Object.keys(ways) as StepName[]).filter((step) => ways[step].from.includes(stage))

/**
 * The entry after a step.
 *
 * @throws {Problem} nii-step-refused when the step is not open from its stage, or what its gate demands is missing.
 */
export function afterStep(entry: NiiRecord, step: Step, now: Date): NiiRecord {
  const way = ways[step.step]
  if (!way.from.includes(entry.stage))
    throw refused(
      `${entry.title} is ${entry.stage}: ${step.step} is not open from there.`,
      '/step',
      `Open: ${stepsFrom(entry.stage).join(', ') || 'nothing'}.`,
    )
  demandGate(entry, step, now)
  return {
    ...entry,
    stage: way.to === 'same' ? entry.stage : way.to,
    reason: step.reason,
    ...(step.scores && { scores: step.scores }),
    ...(step.step === 'commit' && { committed: now.toISOString() }),
    ...((step.into ?? step.successor) !== undefined && { successor: step.into ?? step.successor }),
  }
}

const refused = (detail: string, pointer: string, hint?: string) =>
  new Problem('nii-step-refused', { detail, pointer, ...(hint && { hint }) })

function demandGate(entry: NiiRecord, step: Step, now: Date): void {
  if (step.step === 'assess' && !step.scores) throw refused('An assessment has a score for each criterion, with evidence.', '/scores')
  if (step.step === 'merge' && (!step.into || step.into === entry.id)) throw refused('Say into which other entry it is merged.', '/into')
  if (step.step === 'commit') demandCommitted(entry)
  if (step.step === 'notice') demandNoticePeriod(entry, step, now)
}

/** @see the workshop of October 2014: closed data may be listed, but must explain the obstacle and the owner's plan. */
function demandCommitted(entry: NiiRecord): void {
  const missing = [
    !entry.owner && 'owner',
    !entry.frequency && 'frequency',
    entry.service?.changeNoticeDays === undefined && 'service.changeNoticeDays',
    !entry.commitments?.length && 'commitments',
    !entry.openness && 'openness',
    entry.openness && entry.openness !== 'open' && !entry.obstacle && 'obstacle',
    entry.openness && entry.openness !== 'open' && !entry.openDataPlan && 'openDataPlan',
  ].filter(Boolean)
  if (missing.length)
    throw refused(
      `Before it is committed the entry must say: ${missing.join(', ')}.`,
      `/${String(missing[0])}`,
      `PUT /v1/nii/${entry.id} first.`,
    )
}

function demandNoticePeriod(entry: NiiRecord, { effective }: Step, now: Date): void {
  if (!effective) throw refused('Say from which day the change holds.', '/effective')
  const days = entry.service?.changeNoticeDays ?? 0
  const earliest = new Date(now.getTime() + days * 86_400_000).toISOString().slice(0, 10)
  if (effective < earliest) throw refused(`${days} days of notice are committed: the change can hold from ${earliest}.`, '/effective')
}
