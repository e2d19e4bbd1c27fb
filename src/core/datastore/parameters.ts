import Type from 'typebox'

/** Parts of addresses that the faces of the datastore share. */
export const DatasetPath = Type.Object({ dataset: Type.String({ description: 'Name of the dataset' }) })
export const VersionPath = Type.Object({ dataset: Type.String(), version: Type.String({ description: 'Number such as 1.0.0, or id' }) })
export const oneDistribution = Type.Object(
  { distribution: Type.Optional(Type.String({ description: 'Table, where the dataset has several' })) },
  { additionalProperties: false },
)
