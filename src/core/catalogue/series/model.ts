import Type, { type Static } from 'typebox'
import { ContactPoint, frequencies, Name } from '../model.ts'

/** What is said of datasets that belong together and are published one by one, such as a release each month. */
export const SeriesInput = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: 300, description: 'dct:title' }),
    description: Type.String({ minLength: 1, maxLength: 20_000, description: 'dct:description, plain text' }),
    publisher: Type.String({ maxLength: 100, description: 'Name of the publisher (dct:publisher)' }),
    accrualPeriodicity: Type.Optional(Type.Enum([...frequencies], { type: 'string', description: 'How often a dataset is added' })),
    contactPoint: Type.Optional(ContactPoint),
    landingPage: Type.Optional(Type.String({ format: 'uri', description: 'dcat:landingPage' })),
  },
  { additionalProperties: false },
)
export type SeriesInput = Static<typeof SeriesInput>

export const Series = Type.Object(
  {
    name: Name,
    ...SeriesInput.properties,
    modified: Type.String({ description: 'dct:modified, ISO 8601' }),
    datasets: Type.Integer({ description: 'How many are in it' }),
  },
  { $id: 'Series' },
)
export type Series = Static<typeof Series>

/** Series of datasets. */
export interface SeriesBook {
  all(): Promise<Series[]>
  /** @throws {Problem} series-not-found */
  one(name: string): Promise<Series>
  /** Names of the datasets in it, by name: those that whoever looks may see. @throws {Problem} series-not-found */
  members(name: string): Promise<string[]>
  /** The series that a dataset is in; those that are not there any more are left out. */
  of(dataset: { inSeries?: readonly string[] }): Promise<Series[]>
  /** Makes a series or changes it. @throws {Problem} publisher-not-found */
  put(name: string, input: SeriesInput): Promise<Series>
  /** Takes it away; its datasets stay. @throws {Problem} series-not-found */
  remove(name: string): Promise<void>
}
