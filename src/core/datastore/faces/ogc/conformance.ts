const part = (number: 1 | 3, name: string): string => `http://www.opengis.net/spec/ogcapi-features-${number}/1.0/conf/${name}`
const cql2 = (name: string): string => `http://www.opengis.net/spec/cql2/1.0/conf/${name}`

/** The conformance classes that this face keeps to. */
export const conformance: readonly string[] = [
  ...['core', 'oas30', 'html', 'geojson'].map((name) => part(1, name)),
  ...['queryables', 'queryables-query-parameters', 'filter', 'features-filter'].map((name) => part(3, name)),
  ...['cql2-text', 'basic-cql2', 'advanced-comparison-operators', 'basic-spatial-functions'].map(cql2),
]
