import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { Problem } from '../../../foundation/kernel/index.ts'
import { actorName } from '../actor.ts'
import { type AccessControl, demandPublisher, licensedDataset, type RecordServices } from '../index.ts'

const text = Type.Union([Type.String(), Type.Null()])
const Asked = Type.Object({
  client: Type.String(),
  api: Type.String(),
  asked: Type.String(),
  answers: text,
  application: text,
  organisation: text,
})
const Decision = Type.Object(
  {
    client: Type.String({ maxLength: 100 }),
    api: Type.String({ maxLength: 200 }),
    approved: Type.Boolean(),
    reason: Type.Optional(Type.String({ maxLength: 1000, description: 'Read by the application’s makers' })),
  },
  { additionalProperties: false },
)

interface SubscriptionRoutes {
  access: AccessControl
  services: RecordServices
  /** The publisher of a dataset that is there with a licence to accept; undefined of any other. */
  licensor: (dataset: string) => Promise<string | undefined>
}

/** What live applications asked for, records of people and data with a licence, for their publisher to decide. */
export function subscriptionRoutes({ access, services, licensor }: SubscriptionRoutes): FastifyPluginAsyncTypebox {
  const { clients, organisations } = access
  const publisherOf = async (api: string): Promise<string | undefined> => {
    const licensed = licensedDataset(api)
    return licensed === undefined ? services.all().find(({ dataset }) => dataset === api)?.publisher : licensor(licensed)
  }
  return async (app) => {
    app.get(
      '/v1/subscriptions',
      {
        config: { access: 'publisher' },
        schema: {
          operationId: 'listSubscriptions',
          summary: 'Applications that wait for your decision',
          tags: ['Consent'],
          response: { 200: Type.Object({ subscriptions: Type.Array(Asked) }) },
        },
      },
      async ({ actor }) => {
        const mine = []
        for (const question of clients.asked())
          if (actor.kind === 'operator' || (actor.kind === 'publisher' && (await publisherOf(question.api)) === actor.publisher))
            mine.push(question)
        const subscriptions = mine.map(({ client, api, asked, answers }) => {
          const found = clients.find(client)
          const organisation = found && organisations.find(found.organisation)
          return { client, api, asked, answers, application: found?.name ?? null, organisation: organisation?.name ?? null }
        })
        return { subscriptions }
      },
    )
    app.post(
      '/v1/subscriptions/decide',
      {
        config: { access: 'publisher' },
        schema: {
          operationId: 'decideSubscription',
          summary: 'Approve or refuse what an application asked for',
          tags: ['Consent'],
          body: Decision,
          response: { 204: Type.Null() },
        },
      },
      async ({ actor, body }, reply) => {
        const publisher = await publisherOf(body.api)
        if (publisher !== undefined) demandPublisher(actor, publisher)
        if (publisher === undefined || !clients.decide(body.client, body.api, body.approved, body.reason ?? null, actorName(actor)))
          throw new Problem('application-not-found', { detail: 'No such application waits for a decision.' })
        return reply.code(204).send(null)
      },
    )
  }
}
