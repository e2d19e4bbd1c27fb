import { type Clock, Problem } from '../../foundation/kernel/index.ts'
import type { Publisher, PublisherInput } from './model.ts'
import type { CatalogueStore } from './store.ts'
import type { PublisherRow } from './tables.ts'

/** Reading, making and changing publishers. `retitled` runs in the transaction that changes what a publisher is called. */
export function publisherRecords(store: CatalogueStore, clock: Clock) {
  const read = async (name: string): Promise<Publisher> => {
    const row = await store.publisher(name)
    if (!row) throw publisherNotFound(name)
    return toPublisher(row)
  }
  return {
    publisher: read,
    publishers: async () => (await store.publishers()).map(toPublisher),
    create: async (input: PublisherInput) => {
      await store.transaction(async (on) => {
        if (await store.publisherRow(on, input.name))
          throw new Problem('publisher-exists', { detail: `There is already a publisher named ${input.name}.`, pointer: '/name' })
        await demandParent(store, on, input)
        await store.insertPublisher(on, toRow(input, clock))
      })
      return read(input.name)
    },
    update: async (
      name: string,
      input: PublisherInput,
      retitled: (on: Parameters<CatalogueStore['publisherRow']>[0], row: PublisherRow) => Promise<void>,
    ) => {
      if (input.name !== name) throw nameStays('publisher', name, input.name)
      await store.transaction(async (on) => {
        const before = await store.publisherRow(on, name)
        if (!before) throw publisherNotFound(name)
        await demandParent(store, on, input)
        const row = toRow(input, clock)
        await store.replacePublisher(on, row)
        if (row.title !== before.title || row.abbreviation !== before.abbreviation) await retitled(on, row)
      })
      return read(name)
    },
  }
}

export function publisherNotFound(name: string, pointer?: string): Problem {
  return new Problem('publisher-not-found', {
    detail: `There is no publisher named ${name}.`,
    ...(pointer ? { pointer } : {}),
    hint: 'GET /v1/publishers lists them.',
  })
}

/** A record is addressed by its name, so a description that carries another one is a mistake, not a renaming. */
export function nameStays(what: string, name: string, given: string): Problem {
  return new Problem('parameter-invalid', {
    detail: `This ${what} is named ${name}; it cannot become ${given}.`,
    pointer: '/name',
    hint: 'Leave the name as it is, or make a new one.',
  })
}

async function demandParent(
  store: CatalogueStore,
  on: Parameters<CatalogueStore['publisherRow']>[0],
  { name, parent }: PublisherInput,
): Promise<void> {
  if (parent === undefined) return
  if (parent !== name && !(await store.publisherRow(on, parent))) throw publisherNotFound(parent, '/parent')
  if (parent === name || (await store.ancestors(on, parent)).includes(name))
    throw new Problem('parameter-invalid', {
      detail: `${name} cannot belong to ${parent}, which is or belongs to ${name}.`,
      pointer: '/parent',
    })
}

function toRow(input: PublisherInput, clock: Clock): PublisherRow {
  return {
    name: input.name,
    title: input.title,
    abbreviation: input.abbreviation ?? null,
    kind: input.kind ?? 'other',
    description: input.description ?? null,
    homepage: input.homepage ?? null,
    parent: input.parent ?? null,
    modified: clock.now().toISOString(),
  }
}

function toPublisher(row: PublisherRow & { dataset_count: number | null }): Publisher {
  const { dataset_count, kind, ...rest } = row
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null)) as Omit<Publisher, 'kind' | 'datasetCount'>
  return { ...given, kind: kind as Publisher['kind'], datasetCount: dataset_count ?? 0 }
}
