import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'

const tags = [
  { name: 'Catalogue', description: 'Find datasets and publishers' },
  { name: 'Data', description: 'Query the rows of a dataset' },
  { name: 'Publishing', description: 'Put a file in; needs a token' },
  { name: 'Progress', description: 'What each department has done and promises' },
  {
    name: 'National Information Infrastructure',
    description: 'Data that the nation relies on, and whether what was promised of it is kept',
  },
  { name: 'Standards', description: 'Data standards, a check that anybody can use, and who keeps to them' },
  { name: 'Harvest', description: 'Other catalogues, pulled in' },
  { name: 'Registers', description: 'Codes of government: validate, look up, expand, translate, with proofs' },
  { name: 'Spending', description: 'Files of spending, what is odd in them, and how late they came' },
  { name: 'Tokens', description: 'Publishers’ tokens' },
  { name: 'Consent', description: 'What citizens allow applications' },
  { name: 'Server', description: 'The service itself' },
]

/** Serves the OpenAPI 3.1 document of the whole API, made from the schemas that validate it. */
export async function describeApi(app: FastifyInstance, base: () => string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Sixteen',
        version: '1',
        description: 'Open data and transactions of a government. Reads of public data need no key.',
        license: {
          name: 'Open Government Licence v3.0',
          url: 'https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/',
        },
      },
      tags,
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
    hideUntagged: true,
    transform: ({ schema, url, route }) => ({
      schema: route.config?.access === 'public' ? schema : { ...schema, security: [{ token: [] }] },
      url,
    }),
  })
  app.get(
    '/openapi.json',
    { config: { access: 'public' }, schema: { operationId: 'getOpenApi', summary: 'This API as OpenAPI 3.1', tags: ['Server'] } },
    async (_request, reply) => {
      const document = { ...app.swagger(), servers: [{ url: base() }] }
      return reply
        .type('application/vnd.oai.openapi+json;version=3.1')
        .header('cache-control', 'public, max-age=60')
        .send(Buffer.from(JSON.stringify(document)))
    },
  )
}
