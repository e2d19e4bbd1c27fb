import Type, { type Static } from 'typebox'

export const columnTypes = ['integer', 'number', 'boolean', 'date', 'date-time', 'text'] as const
export type ColumnType = (typeof columnTypes)[number]

/** How the texts of a column were turned into values; kept so that every value can be traced to its text. */
export const Reading = Type.Object({
  /** strptime patterns of dates and times, tried in this order. All put day, month and year in one order. */
  patterns: Type.Optional(Type.Array(Type.String())),
  /** Digits after the decimal point, for exact decimals; absent for floating point. */
  scale: Type.Optional(Type.Integer()),
  /** Thousands separators, currency signs, brackets or percent signs occur. */
  decorated: Type.Optional(Type.Boolean()),
  /** Decimals stand after a comma and thousands are parted by points. */
  decimalComma: Type.Optional(Type.Boolean()),
  /** Whole numbers in this range are a spreadsheet's days, counted from 1900. */
  serials: Type.Optional(Type.Tuple([Type.Number(), Type.Number()])),
  /** Days are written as ordinals (1st), or September as Sept. */
  ornate: Type.Optional(Type.Boolean()),
  /** Whether all or some values name a month alone: it is kept as its first day. */
  months: Type.Optional(Type.Enum(['all', 'some'] as const)),
  /** Day first and month first both fit every value; day first was taken. */
  ambiguous: Type.Optional(Type.Boolean()),
  /** Texts that mean true and false. */
  truth: Type.Optional(Type.Tuple([Type.String(), Type.String()])),
})
export type Reading = Static<typeof Reading>

export const Histogram = Type.Array(Type.Object({ from: Type.Unknown(), to: Type.Unknown(), count: Type.Integer() }))

export const ColumnProfile = Type.Object({
  filled: Type.Integer({ description: 'Cells with a value' }),
  empty: Type.Integer({ description: 'Cells without one' }),
  distinct: Type.Optional(
    Type.Integer({ description: 'Different values; in tables of 200,000 rows or more absent at first, then estimated within about 2 %' }),
  ),
  min: Type.Optional(Type.Unknown()),
  max: Type.Optional(Type.Unknown()),
  mean: Type.Optional(Type.Number()),
  top: Type.Optional(
    Type.Array(Type.Object({ value: Type.Unknown(), count: Type.Integer() }), { description: 'Most frequent values, estimated' }),
  ),
  histogram: Type.Optional(Histogram),
})
export type ColumnProfile = Static<typeof ColumnProfile>

export const Column = Type.Object({
  name: Type.String({ description: 'Name as published' }),
  alias: Type.String({ description: 'Safe name for queries: lower case, digits, underscores' }),
  position: Type.Integer({ description: 'Place in the source, from 0' }),
  type: Type.Enum(columnTypes),
  reading: Reading,
  rejected: Type.Integer({ description: 'Cells set aside because their text did not fit' }),
  overridden: Type.Optional(Type.Boolean({ description: 'The publisher chose the type' })),
  /** Why this type: how many cells fitted, and what stood in the way of a narrower one. */
  reason: Type.String(),
  confidence: Type.Optional(Type.Number({ description: '0 to 1' })),
  profile: Type.Optional(ColumnProfile),
})
export type Column = Static<typeof Column>

/** A row that belongs to the file and not to its table, and is kept out of the records. */
export const SetAside = Type.Object({
  line: Type.Integer({ description: 'Line of the source on which it starts, from 1' }),
  rule: Type.Enum(['repeated-header', 'total-row', 'note-row', 'ignored-row'] as const),
  text: Type.String({ description: 'Its filled cells' }),
})
export type SetAside = Static<typeof SetAside>

/** One decision about the file, with its evidence. */
export const Decision = Type.Object({
  what: Type.String(),
  value: Type.Unknown(),
  reason: Type.String(),
  confidence: Type.Number({ minimum: 0, maximum: 1 }),
})
export type Decision = Static<typeof Decision>

export const Source = Type.Object({
  name: Type.String({ description: 'File name as received' }),
  mediaType: Type.String(),
  bytes: Type.Integer(),
  sha256: Type.String({ description: 'SHA-256 of the bytes as received, hex' }),
  container: Type.String({ description: 'csv, ndjson, json, gzip+csv, …' }),
  encoding: Type.String(),
  delimiter: Type.Optional(Type.String()),
  quote: Type.Optional(Type.String()),
  headerRow: Type.Optional(Type.Integer({ description: 'Line of the header, from 1; 0 when the file has none' })),
  sheet: Type.Optional(Type.String({ description: 'Sheet of the workbook, or file of the archive, that was read' })),
  dataLine: Type.Optional(Type.Integer({ description: 'Line of the first row under the header, from 1' })),
})
export type Source = Static<typeof Source>

export const dateOrders = ['dmy', 'mdy', 'ymd'] as const
export type DateOrder = (typeof dateOrders)[number]

/** What a publisher said of a file that the file does not say itself. Kept with the version, and applied to the next file of the series. */
export const Recipe = Type.Object({
  delimiter: Type.Optional(Type.String({ description: 'Character between cells' })),
  encoding: Type.Optional(Type.String({ description: 'Label of the Encoding standard, or cp850' })),
  sheet: Type.Optional(Type.String({ description: 'Sheet of a workbook or file of an archive, by name or number from 1' })),
  headerRow: Type.Optional(Type.Integer({ description: 'Line of the header, from 1; 0 for none' })),
  types: Type.Optional(Type.Record(Type.String(), Type.Enum(columnTypes), { description: 'Types by column name' })),
  dateOrders: Type.Optional(Type.Record(Type.String(), Type.Enum(dateOrders), { description: 'Order of day and month by column name' })),
})
export type Recipe = Static<typeof Recipe>

/** Everything known of a version: manifest.json beside its Parquet file. Table Schema is made from it. */
export const Manifest = Type.Object(
  {
    id: Type.String({ description: 'Identifier, sorts by time' }),
    dataset: Type.String(),
    distribution: Type.String(),
    version: Type.String({ description: 'Semantic version within the distribution' }),
    created: Type.String({ description: 'ISO 8601' }),
    rows: Type.Integer(),
    rejectedCells: Type.Integer(),
    key: Type.Array(Type.String(), { description: 'Aliases of the declared key columns' }),
    columns: Type.Array(Column),
    source: Source,
    decisions: Type.Array(Decision),
    recipe: Type.Optional(Recipe),
    /** Rows of the source that its table leaves out. */
    setAside: Type.Optional(Type.Array(SetAside)),
    dataBytes: Type.Integer({ description: 'Size of data.parquet, in bytes' }),
    /** Row numbers of the source stand in a column of their own when rows were sorted by key. */
    sorted: Type.Boolean(),
  },
  { $id: 'Manifest' },
)
export type Manifest = Static<typeof Manifest>
