import { type Datastore, linesWithin, parseRecordsQuery, positionsOf } from '../../../core/datastore/index.ts'
import { type MapGroup, type MapView, mapView, sideOf } from '../view/map.ts'
import { questionOf } from '../view/table-state.ts'
import type { ReadTable } from './table.ts'

const MOST_SQUARES = 2000

/** The rows of a view on a map, counted by squares; undefined for a table without positions. */
export async function readMap(datastore: Datastore, read: ReadTable): Promise<MapView | undefined> {
  const { manifest, state } = read
  const positions = positionsOf(manifest)
  if (!positions || read.refused) return undefined
  const { latitude, longitude } = positions
  const extent = (column: typeof latitude) => Number(column.profile?.max ?? 0) - Number(column.profile?.min ?? 0)
  const side = sideOf(Math.max(extent(latitude), extent(longitude)))
  const question = questionOf(state)
  for (const name of ['columns', 'sort']) question.delete(name)
  const asked = parseRecordsQuery(question)
  const group = [`${latitude.alias}:bin:${side}`, `${longitude.alias}:bin:${side}`]
  const { records } = await datastore.page(manifest.dataset, {
    ...asked,
    group,
    measures: [{ measure: 'count', pointer: '' }],
    sort: [],
    limit: MOST_SQUARES,
  })
  const groups = records.map(
    (record): MapGroup => ({
      latitude: record[`${latitude.name}_bin`] as number,
      longitude: record[`${longitude.name}_bin`] as number,
      count: record.count as number,
    }),
  )
  return mapView(
    groups.filter((each) => each.latitude !== null && each.longitude !== null),
    side,
    linesWithin,
  )
}
