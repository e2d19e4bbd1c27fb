import type { Catalogue, Dataset } from '../catalogue/index.ts'
import type { EventSource, SourceEvent } from './model.ts'

/** What changes in the catalogue, from its history. What not all may see is told to nobody. */
export function catalogueEvents(catalogue: Catalogue, base: () => string): EventSource {
  const then = async (name: string, at: string): Promise<Dataset | undefined> => {
    const now = await catalogue.dataset(name).catch(() => undefined)
    return now ?? catalogue.history.datasetAt(name, new Date(Date.parse(at) - 1).toISOString()).catch(() => undefined)
  }
  return {
    name: 'catalogue',
    newest: () => catalogue.history.newest(),
    after: async (seq, limit) => {
      const happenings = await catalogue.history.after(seq, limit)
      const events: SourceEvent[] = []
      for (const { seq: at, kind, name, what, version, at: timestamp } of happenings) {
        if (kind === 'publisher' || (kind === 'table' && version === undefined)) continue
        const dataset = await then(name, timestamp)
        if (!dataset) continue
        const type = kind === 'table' ? 'dataset.version-published' : `dataset.${what}`
        events.push({
          seq: at,
          subjects: [
            { kind: 'dataset', value: name },
            { kind: 'publisher', value: dataset.publisher },
          ],
          ...(what !== 'removed' && { dataset: name }),
          event: {
            type,
            timestamp,
            data: {
              title: dataset.title,
              text: kind === 'table' ? `Version ${version} published` : texts[what],
              url: `${base()}/datasets/${name}`,
              dataset: name,
              publisher: dataset.publisher,
              ...(version !== undefined && { version }),
            },
          },
        })
      }
      return { events, seq: happenings.at(-1)?.seq ?? seq }
    },
  }
}

const texts = { made: 'New dataset', changed: 'Description changed', removed: 'Taken away' }
