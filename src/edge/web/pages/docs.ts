import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { Problem } from '../../../foundation/kernel/index.ts'
import { type OpenApi, type OperationView, type Parameter, referenceOf, tryAddress } from '../view/api-reference.ts'
import { problemGuide } from '../view/problem-guide.ts'
import { open, type Page, type Parts, parametersOf, servePage } from './page.ts'

/** Beside src in a clone and beside dist in a package. */
const problemsPage = join(import.meta.dirname, '../../../../docs/reference/problems.md')

/** The documentation that the server itself carries. */
export function docsPages(app: FastifyInstance, parts: Parts): void {
  servePage(app, parts, '/docs', () => landing(parts), { json: false })
  servePage(app, parts, '/docs/api', () => reference(app, parts), { json: false })
  servePage(app, parts, '/docs/problems', problems, { json: '/docs/problems.json' })
  app.get('/docs/api/try/:operation', open, async (request, reply) => {
    const { operation } = request.params as { operation: string }
    const groups = referenceOf(app.swagger() as OpenApi, {})
    const found = groups.flatMap((group) => group.operations).find((each) => each.id === operation)
    const address = tryAddress(found, parametersOf(request))
    if (!address)
      throw new Problem('route-not-found', { detail: `There is no read operation ${operation} to try.`, hint: 'All are at /docs/api.' })
    return reply.redirect(address, 303)
  })
}

async function landing({ catalogue, base }: Parts): Promise<Page> {
  const example = (await exampleDataset(catalogue)) ?? 'DATASET'
  return { template: 'docs.njk', shell: { title: 'Docs', section: 'docs' }, view: { base: base(), example } }
}

async function reference(app: FastifyInstance, { catalogue }: Parts): Promise<Page> {
  const dataset = await exampleDataset(catalogue)
  const publisher = (await catalogue.publishers())[0]?.name
  const examples = { ...(dataset && { dataset, version: '1.0.0' }), ...(publisher && { publisher }) }
  const groups = referenceOf(app.swagger() as OpenApi, { ...examples, limit: '10' }).map((group) => ({
    ...group,
    operations: group.operations.map((operation) => ({ ...operation, parameters: fieldsOf(operation) })),
  }))
  return {
    template: 'docs-api.njk',
    shell: { title: 'API reference', section: 'docs', trail: [{ text: 'Docs', href: '/docs' }] },
    view: { groups },
  }
}

/** Fields of the form: a whole file takes no page, and an example fills what is needed and narrows nothing. */
function fieldsOf({ path, parameters }: OperationView): Parameter[] {
  const file = /\.(?:csv|json|ndjson|parquet)$/.test(path)
  return parameters
    .filter(({ name }) => !file || (name !== 'limit' && name !== 'cursor'))
    .map((parameter) => (parameter.place === 'query' && parameter.name !== 'limit' ? { ...parameter, example: '' } : parameter))
}

/** The name of a dataset that has data, for examples that answer. */
async function exampleDataset(catalogue: Parts['catalogue']): Promise<string | undefined> {
  const { items } = await catalogue.search({ sort: 'modified', limit: 20 })
  return items.find((item) => item.distributions.length)?.name
}

async function problems(): Promise<Page> {
  const markdown = await readFile(problemsPage, 'utf8').catch(() => '')
  const entries = problemGuide(markdown)
  return {
    template: 'docs-problems.njk',
    shell: { title: 'Problems', section: 'docs', trail: [{ text: 'Docs', href: '/docs' }] },
    view: { entries },
    data: { problems: entries.map(({ code, status, title }) => ({ code, status, title })) },
  }
}
