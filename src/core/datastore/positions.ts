import type { Column, Manifest } from './model.ts'

/** The two columns that say where a row is, in degrees of WGS 84. */
export interface Positions {
  latitude: Column
  longitude: Column
}

const latitudes = /^(?:(?:.*_)?lat(?:itude)?(?:_wgs_?84)?|wgs_?84_lat(?:itude)?)$/
const longitudes = /^(?:(?:.*_)?(?:lon|long|lng)(?:gitude|itude)?(?:_wgs_?84)?|wgs_?84_lon(?:g|gitude)?)$/

/** The columns of positions, found by their names and proved by their values; undefined where a table has none. */
export function positionsOf({ columns }: Pick<Manifest, 'columns'>): Positions | undefined {
  const within = (column: Column, most: number) =>
    column.type === 'number' && Math.max(Math.abs(Number(column.profile?.min ?? 0)), Math.abs(Number(column.profile?.max ?? 0))) <= most
  const latitude = columns.find((column) => latitudes.test(column.alias) && within(column, 90))
  const longitude = columns.find((column) => longitudes.test(column.alias) && within(column, 180))
  return latitude && longitude && { latitude, longitude }
}
