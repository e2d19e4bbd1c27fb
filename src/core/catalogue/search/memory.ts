import { isListed } from '../visibility/sight.ts'
import type { ExtraFacet, FacetName } from './facet-names.ts'
import type { Brief, SearchStore } from './store.ts'

/** Of a dataset that not everybody finds, what decides who does. */
export type Unlisted = Pick<Brief, 'name' | 'publisher' | 'state' | 'visibility'>

/** The values that one facet has in every dataset: each dataset holds the number of a combination, each combination its values. */
export class FacetColumn {
  readonly combinations: string[][] = []
  /** By dataset number: its combination. Replaced by a larger one as numbers grow. */
  of = new Uint32Array(0)
  #known = new Map<string, number>()

  /** The values of a dataset; none of one that has not been told of. */
  valuesOf(number: number): readonly string[] {
    return this.combinations[this.of[number] as number] ?? []
  }

  /** Lets every dataset begin without a value. */
  beginEmpty(): this {
    this.put(0, [])
    return this
  }

  put(number: number, values: string[]): void {
    const key = JSON.stringify([...values].sort())
    const known = this.#known.get(key) ?? this.combinations.push(values) - 1
    this.#known.set(key, known)
    if (number >= this.of.length) this.of = grown(this.of, number, Uint32Array)
    this.of[number] = known
  }
}

/**
 * What search needs of every dataset, kept in memory under small numbers: about 130 bytes each beside the title.
 * It follows the store by its change counter, so a write that was rolled back, or made by another process, is never missed.
 */
export class SearchMemory {
  readonly facets: Record<FacetName, FacetColumn> = {
    publisher: new FacetColumn(),
    format: new FacetColumn(),
    theme: new FacetColumn(),
    licence: new FacetColumn(),
  }
  /** Facets that are counted only when somebody asks. `openness` and `nii` are told from outside. */
  readonly extras: Record<Exclude<ExtraFacet, 'updated'>, FacetColumn> = {
    openness: new FacetColumn().beginEmpty(),
    nii: new FacetColumn().beginEmpty(),
    frequency: new FacetColumn(),
    spatial: new FacetColumn(),
  }
  #uses = new Map<number, number>()
  change = 0
  count = 0
  /** Datasets that not everybody finds, by number; few. */
  readonly unlisted = new Map<number, Unlisted>()
  #live = new Uint8Array(0)
  #modified = new Float64Array(0)
  #titles: string[] = []
  /** Lengths beside the titles: comparing 50,000 of them would fetch each text from somewhere else in memory. */
  #titleLengths = new Uint16Array(0)

  /** Takes over what has changed since the last time; cheap when nothing has. Answers the numbers of what was changed or taken away. */
  follow(store: SearchStore): number[] {
    const last = store.lastChange()
    if (last === this.change) return []
    // A number that was given up may have been taken again.
    const changed = new Set<number>()
    for (const gone of store.goneSince(this.change)) {
      this.#remove(gone.number)
      changed.add(gone.number)
    }
    for (const brief of store.changedSince(this.change)) {
      this.#put(brief)
      changed.add(brief.number)
    }
    this.change = last
    return [...changed]
  }

  isLive(number: number): boolean {
    return this.#live[number] === 1
  }

  /** Puts what is known of datasets from outside in the place of what was. */
  mark(facet: 'openness' | 'nii', values: ReadonlyMap<number, string>): void {
    const column = new FacetColumn().beginEmpty()
    if (this.#live.length) column.put(this.#live.length - 1, [])
    for (const [number, value] of values) column.put(number, [value])
    this.extras[facet] = column
  }

  /** How much each dataset is used beside the others, from 0 to 1. */
  setUses(uses: Map<number, number>): void {
    this.#uses = uses
  }

  use(number: number): number {
    return this.#uses.get(number) ?? 0
  }

  /** Milliseconds since 1970. */
  modified(number: number): number {
    return this.#modified[number] as number
  }

  /** The title as it is sorted: without case and accents. */
  title(number: number): string {
    return this.#titles[number] as string
  }

  /** Characters of the title, at most 65,535. */
  titleLength(number: number): number {
    return this.#titleLengths[number] as number
  }

  /** One more than the largest number that a dataset may have. */
  size(): number {
    return this.#live.length
  }

  /** Numbers of the datasets that everybody finds, and of those others that `finds` lets through. */
  all(finds?: (unlisted: Unlisted) => boolean): Uint32Array {
    const numbers = new Uint32Array(this.count)
    let index = 0
    for (let number = 0; number < this.#live.length; number += 1) if (this.#live[number] === 1) numbers[index++] = number
    return this.unlisted.size === 0 ? numbers : this.found(numbers, finds)
  }

  /** Of these numbers, those that everybody finds, and those others that `finds` lets through. */
  found(numbers: Uint32Array, finds: (unlisted: Unlisted) => boolean = () => false): Uint32Array {
    if (this.unlisted.size === 0) return numbers
    return numbers.filter((number) => {
      const unlisted = this.unlisted.get(number)
      return unlisted === undefined || finds(unlisted)
    })
  }

  #put(brief: Brief): void {
    const { number } = brief
    if (number >= this.#live.length) {
      this.#live = grown(this.#live, number, Uint8Array)
      this.#modified = grown(this.#modified, number, Float64Array)
      this.#titleLengths = grown(this.#titleLengths, number, Uint16Array)
    }
    if (this.#live[number] !== 1) this.count += 1
    this.#live[number] = 1
    if (isListed(brief)) this.unlisted.delete(number)
    else this.unlisted.set(number, brief)
    this.#modified[number] = Date.parse(brief.modified)
    const title = brief.title.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
    this.#titles[number] = title
    this.#titleLengths[number] = Math.min(title.length, 65_535)
    this.facets.publisher.put(number, [brief.publisher])
    this.facets.licence.put(number, [brief.licence])
    this.facets.theme.put(number, JSON.parse(brief.theme) as string[])
    this.extras.frequency.put(number, [brief.frequency ?? 'unknown'])
    this.extras.spatial.put(number, brief.spatial ? [brief.spatial] : [])
    for (const facet of ['openness', 'nii'] as const) if (number >= this.extras[facet].of.length) this.extras[facet].put(number, [])
    this.facets.format.put(number, brief.formats?.split(',') ?? [])
  }

  #remove(number: number): void {
    if (this.#live[number] !== 1) return
    this.#live[number] = 0
    this.unlisted.delete(number)
    this.#titles[number] = ''
    this.count -= 1
  }
}

function grown<T extends Uint8Array | Uint16Array | Uint32Array | Float64Array>(
  array: T,
  number: number,
  Kind: new (length: number) => T,
): T {
  const larger = new Kind(Math.max(1024, Math.ceil((number + 1) * 1.5)))
  larger.set(array)
  return larger
}
