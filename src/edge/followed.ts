import type { EventSource } from '../core/following/index.ts'
import type { Nii } from '../core/steering/index.ts'

/** Steps of the National Information Infrastructure, as events that people follow. */
export function listEvents(nii: Nii, base: () => string): EventSource {
  return {
    name: 'nii',
    newest: () => nii.newestEvent(),
    after: async (from, limit) => {
      const steps = await nii.eventsAfter(from, limit)
      return {
        events: steps.map(({ seq, entry, title, at, step, stage }) => ({
          seq,
          subjects: [{ kind: 'nii', value: entry }],
          event: {
            type: 'nii.changed',
            timestamp: at,
            data: { title, text: `${step}; now ${stage}`, url: `${base()}/nii/${entry}`, entry },
          },
        })),
        seq: steps.at(-1)?.seq ?? from,
      }
    },
  }
}
