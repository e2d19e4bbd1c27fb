import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import { type Clock, Problem } from '../../../foundation/kernel/index.ts'
import type { Catalogue } from '../catalogue.ts'
import type { Service, ServiceChange, ServiceInput } from './model.ts'
import { serviceStore } from './store.ts'

export * from './model.ts'

export interface ServiceFilter {
  /** Words that all stand in title, description or keywords. */
  q?: string
  publisher?: string
  status?: string
}

/** APIs of departments and third parties, and those that this server has. */
export interface Services {
  services(filter?: ServiceFilter): Promise<Service[]>
  /** @throws {Problem} api-not-found */
  service(name: string): Promise<Service>
  /** Makes an entry or changes it. @throws {Problem} publisher-not-found, dataset-not-found, parameter-invalid */
  put(name: string, input: ServiceInput, actor: string): Promise<Service>
  /** @throws {Problem} api-not-found */
  remove(name: string, actor: string): Promise<void>
  /** What the entry was, oldest first; kept after it was taken away. @throws {Problem} api-not-found */
  history(name: string): Promise<ServiceChange[]>
  /** The entry as it was at a moment, ISO 8601. @throws {Problem} api-not-found */
  asOf(name: string, at: string): Promise<Service>
}

/** Opens the APIs of a catalogue. `own` gives those of the server itself, which nobody has to enter. */
export function openServices(options: { store: Store; catalogue: Catalogue; clock: Clock; own: () => Service[] }): Services {
  const { catalogue, clock, own } = options
  const store = serviceStore(options.store)
  /** Without datasets that not all may see any more. */
  const openly = <T extends ServiceInput>(given: T): T => {
    const { servesDataset, ...rest } = given
    if (!servesDataset?.some((name) => catalogue.sight(name).of === 'nothing')) return given
    return { ...(rest as T), servesDataset: servesDataset.filter((name) => catalogue.sight(name).of !== 'nothing') }
  }
  const toService = (found: ServiceInput & { name: string; modified: string }): Service => ({ ...openly(found), own: false })
  const notFound = (name: string) =>
    new Problem('api-not-found', { detail: `The catalogue has no API named ${name}.`, hint: 'GET /v1/apis lists them.' })
  const find = async (name: string): Promise<Service | undefined> => {
    const ours = own().find((service) => service.name === name)
    if (ours) return ours
    const found = await store.one(name)
    return found && toService(found)
  }
  const history = async (name: string): Promise<ServiceChange[]> => {
    const changes = await store.history(name)
    if (!changes.length) throw notFound(name)
    return changes.map((change) => (change.service ? { ...change, service: openly(change.service) } : change))
  }
  return {
    services: async (filter = {}) => [...own(), ...(await store.all()).map(toService)].filter((service) => fits(service, filter)),
    service: async (name) => {
      const found = await find(name)
      if (!found) throw notFound(name)
      return found
    },
    put: async (name, input, actor) => {
      if (own().some((service) => service.name === name))
        throw new Problem('parameter-invalid', { detail: `${name} is an API of this server, which describes itself.`, pointer: '/api' })
      await catalogue.publisher(input.publisher)
      for (const dataset of input.servesDataset ?? []) await catalogue.dataset(dataset)
      if (input.status === 'deprecated' && !input.sunset)
        throw new Problem('parameter-invalid', {
          detail: 'Say when it ends.',
          pointer: '/sunset',
          hint: 'Whoever builds on it must know by when to leave.',
        })
      if (input.successor !== undefined && !(await find(input.successor))) throw notFound(input.successor)
      await store.put(name, input, clock.now().toISOString(), actor)
      return (await find(name)) as Service
    },
    remove: async (name, actor) => {
      if (!(await store.one(name))) throw notFound(name)
      await store.remove(name, clock.now().toISOString(), actor)
    },
    history,
    asOf: async (name, at) => {
      const moment = new Date(at)
      if (Number.isNaN(moment.getTime())) throw new Problem('parameter-invalid', { detail: `${at} is no moment.`, pointer: '/asOf' })
      const then = (await history(name)).filter((change) => change.at <= moment.toISOString()).at(-1)
      if (!then?.service) throw notFound(name)
      return { name, ...then.service, own: false, modified: then.at }
    },
  }
}

function fits(service: Service, { q, publisher, status }: ServiceFilter): boolean {
  const text = [service.name, service.title, service.description, service.publisher, ...(service.keyword ?? [])].join(' ').toLowerCase()
  const words = (q ?? '').toLowerCase().split(/\s+/).filter(Boolean)
  return (
    words.every((word) => text.includes(word)) &&
    (publisher === undefined || service.publisher === publisher) &&
    (status === undefined || service.status === status)
  )
}
