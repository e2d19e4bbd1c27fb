import Type, { type Static } from 'typebox'
import { visibilities } from '../../access/index.ts'

/**
 * What there is of a dataset. `draft` and `deleted` are seen by their publisher alone. The others are entries of an inventory, seen by
 * all, without data: `unpublished` is held and not open yet, `nothing-to-open` says why, `planned` has a date, `closed` names the obstacle.
 */
export const states = ['published', 'unpublished', 'nothing-to-open', 'planned', 'closed', 'draft', 'deleted'] as const
export type State = (typeof states)[number]

/** States of inventory entries: described to all, without data. */
export const inventoryStates = ['unpublished', 'nothing-to-open', 'planned', 'closed'] as const satisfies readonly State[]

const tier = (description: string) => Type.Enum([...visibilities], { type: 'string', description })

/** What a publisher says of who sees a dataset, as a part of its description. What is left out of a change stays as it was. */
export const visibilityMembers = {
  state: Type.Optional(
    Type.Enum([...states], { type: 'string', description: 'published, draft, deleted, or an inventory entry without data' }),
  ),
  visibility: Type.Optional(tier('Who may see it: public, licensed, government, organisation or personal')),
  columnVisibility: Type.Optional(
    Type.Record(Type.String({ minLength: 1, maxLength: 300 }), tier('Who may see the column'), {
      description: 'Columns that fewer may see than the dataset, by name',
    }),
  ),
  reason: Type.Optional(Type.String({ maxLength: 2_000, description: 'Why there is nothing to open' })),
  planned: Type.Optional(Type.String({ format: 'date', description: 'The day by which it is to be published' })),
  obstacle: Type.Optional(Type.String({ maxLength: 2_000, description: 'What keeps it closed' })),
}
const Members = Type.Object(visibilityMembers)
export type VisibilityInput = Static<typeof Members>
