import { randomUUID } from 'node:crypto'
import { demandPublisher, passGate } from '../../access/index.ts'
import type { Dataset, DatasetInput, LinkedResource, PublisherInput } from '../model.ts'
import { publisherKinds } from '../model.ts'
import { type Action, type Actions, type CkanContext, datasetOf, publisherOf, resourceHome, textOf } from './context.ts'
import { denied, invalid, notFound } from './errors.ts'
import { type Dict, fromPackage, fromResource, toOrganization } from './package.ts'
import { packageOf, resourceOf } from './read.ts'

const writes = (run: Action['run']): Action => ({ reads: false, run })

/** Actions that change packages, resources and organisations. */
export const writeActions: Actions = {
  package_create: writes(async (given, context) => {
    const publisher = await ownerOf(given, context)
    const made = await context.catalogue.createDataset(fromPackage(given, publisher))
    return packageOf(context, made)
  }),
  package_update: writes(async (given, context) => {
    const before = await datasetOf(context, textOf(given.id) || textOf(given.name))
    demandPublisher(context.actor, before.publisher)
    return replacePackage(given, before, context)
  }),
  package_patch: writes(async (given, context) => {
    const before = await datasetOf(context, textOf(given.id))
    demandPublisher(context.actor, before.publisher)
    return replacePackage({ ...(await packageOf(context, before)), ...given }, before, context)
  }),
  package_delete: writes(removePackage),
  dataset_purge: writes(removePackage),
  package_owner_org_update: writes(async ({ id, organization_id }, context) => {
    const before = await datasetOf(context, textOf(id))
    demandPublisher(context.actor, before.publisher)
    const { name } = await publisherOf(context, textOf(organization_id))
    demandPublisher(context.actor, name)
    await context.catalogue.updateDataset(before.name, { ...inputOf(before), publisher: name })
    return null
  }),
  resource_create: writes(async (given, context) => addResource(context, given)),
  resource_update: writes(async (given, context) => changeResource(given, context, () => fromResource(given))),
  resource_patch: writes(async (given, context) =>
    changeResource(given, context, (_before, shown) => fromResource({ ...shown, ...given })),
  ),
  resource_delete: writes(async ({ id }, context) => {
    const { dataset, table } = await resourceHome(context, textOf(id))
    demandPublisher(context.actor, dataset.publisher)
    if (table && table !== id) throw denied('A published table stays: publish a new version, or take its dataset away')
    if (table) await context.removeTable?.(dataset.name, table)
    await context.catalogue.updateDataset(dataset.name, {
      ...inputOf(dataset),
      linked: dataset.linked?.filter(({ identifier }) => identifier !== id) ?? [],
    })
    return null
  }),
  resource_view_create: writes(async () => {
    throw denied('Views are made by the server itself')
  }),
  organization_create: writes(async (given, context) => {
    passGate(context.actor, 'operator')
    return toOrganization(await context.catalogue.createPublisher(fromOrganization(given)))
  }),
  organization_update: writes(async (given, context) => {
    const { name } = await publisherOf(context, textOf(given.id) || textOf(given.name))
    passGate(context.actor, 'operator')
    return toOrganization(await context.catalogue.updatePublisher(name, fromOrganization({ ...given, name })))
  }),
  organization_patch: writes(async (given, context) => {
    const before = await publisherOf(context, textOf(given.id))
    passGate(context.actor, 'operator')
    return toOrganization(
      await context.catalogue.updatePublisher(before.name, fromOrganization({ ...toOrganization(before), ...given, name: before.name })),
    )
  }),
  organization_delete: writes(async ({ id }, context) => {
    await publisherOf(context, textOf(id))
    passGate(context.actor, 'operator')
    throw denied('A publisher stays, so that what it published keeps its name')
  }),
  ...Object.fromEntries(
    [
      'group_create',
      'group_update',
      'group_patch',
      'group_delete',
      'vocabulary_create',
      'vocabulary_update',
      'vocabulary_delete',
      'tag_create',
      'tag_delete',
      'user_create',
      'user_update',
      'user_patch',
      'user_delete',
      'user_invite',
      'api_token_create',
      'member_create',
      'member_delete',
      'follow_dataset',
      'follow_user',
      'follow_group',
    ].map((name) => [
      name,
      writes(async () => {
        throw denied('This server keeps no such records of its own')
      }),
    ]),
  ),
}

/**
 * Makes a resource of a package, and gives it as CKAN shows it.
 *
 * @throws {CkanError} Validation Error, Not Found Error, Authorization Error.
 */
export async function addResource(context: CkanContext, given: Dict): Promise<Dict> {
  const before = await datasetOf(context, textOf(given.package_id))
  demandPublisher(context.actor, before.publisher)
  const resource: LinkedResource = { identifier: randomUUID(), ...fromResource(given) }
  if (before.linked?.some(({ identifier }) => identifier === resource.identifier)) throw invalid({ id: ['Resource id already exists.'] })
  await context.catalogue.updateDataset(before.name, {
    ...inputOf(before),
    linked: [...(before.linked ?? []), { issued: new Date().toISOString(), ...resource }],
  })
  return resourceOf(context, await context.catalogue.dataset(before.name), resource.identifier ?? '')
}

/** What a dataset was described with, to be sent back with a change. */
export function inputOf({
  issued: _issued,
  modified: _modified,
  distributions: _distributions,
  partial: _partial,
  licenceNeeded: _licenceNeeded,
  ...input
}: Dataset): DatasetInput {
  return input
}

/** The publisher that a package is for: named by it, or the one that the token belongs to. */
async function ownerOf(given: Dict, context: CkanContext): Promise<string> {
  passGate(context.actor, 'publisher')
  const wanted = textOf(given.owner_org)
  if (!wanted && context.actor.kind !== 'publisher') throw invalid({ owner_org: ['An organization must be provided'] })
  const name = wanted
    ? (await publisherOf(context, wanted).catch(() => undefined))?.name
    : context.actor.kind === 'publisher' && context.actor.publisher
  if (!name) throw invalid({ owner_org: ['Organization does not exist'] })
  demandPublisher(context.actor, name)
  return name
}

async function replacePackage(given: Dict, before: Dataset, context: CkanContext): Promise<Dict> {
  if (textOf(given.name) && textOf(given.name) !== before.name)
    throw invalid({ name: ['A dataset keeps its name, so that links to it stay'] })
  const publisher = textOf(given.owner_org) ? await ownerOf(given, context) : before.publisher
  const { identifier: _identifier, ...input } = fromPackage({ ...given, name: before.name, id: before.identifier }, publisher, before)
  return packageOf(context, await context.catalogue.updateDataset(before.name, input))
}

async function removePackage({ id }: Dict, context: CkanContext): Promise<null> {
  const dataset = await datasetOf(context, textOf(id))
  demandPublisher(context.actor, dataset.publisher)
  const { removeData } = context
  await context.catalogue.deleteDataset(dataset.name, removeData && ((transaction) => removeData(transaction, dataset.name)))
  return null
}

async function changeResource(
  given: Dict,
  context: CkanContext,
  change: (before: LinkedResource, shown: Dict) => LinkedResource,
): Promise<Dict> {
  const id = textOf(given.id)
  const { dataset, table } = await resourceHome(context, id)
  demandPublisher(context.actor, dataset.publisher)
  if (table && table !== id) throw denied('A published table changes by publishing a new version')
  const before = dataset.linked?.find(({ identifier }) => identifier === id)
  if (!before) throw notFound('Resource was not found.')
  const changed = { ...change(before, resourceOf(context, dataset, id)), identifier: id, modified: new Date().toISOString() }
  await context.catalogue.updateDataset(dataset.name, {
    ...inputOf(dataset),
    linked: (dataset.linked ?? []).map((resource) => (resource.identifier === id ? changed : resource)),
  })
  return resourceOf(context, await context.catalogue.dataset(dataset.name), id)
}

function fromOrganization(given: Dict): PublisherInput {
  const name = textOf(given.name)
  if (!name) throw invalid({ name: ['Missing value'] })
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name))
    throw invalid({ name: ['Must be purely lowercase alphanumeric (ascii) characters and these symbols: -_'] })
  const extras = new Map(
    (Array.isArray(given.extras) ? (given.extras as Dict[]) : []).map(({ key, value }) => [textOf(key), textOf(value)]),
  )
  const kind = publisherKinds.find((each) => each === extras.get('category'))
  const homepage = extras.get('homepage')
  const parent = Array.isArray(given.groups) ? textOf((given.groups as Dict[])[0]?.name) : ''
  return {
    name,
    title: textOf(given.title) || name,
    ...(kind && { kind }),
    ...(textOf(given.description) && { description: textOf(given.description) }),
    ...(homepage && URL.canParse(homepage) && { homepage }),
    ...(extras.get('abbreviation') && { abbreviation: extras.get('abbreviation') as string }),
    ...(parent && { parent }),
  }
}
