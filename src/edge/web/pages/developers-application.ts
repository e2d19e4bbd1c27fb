import type { JsonWebKey } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Client, licenceOf, type Role, rateTiers } from '../../../core/access/index.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import { answering, type HubParts, hubTrail, memberOf, members, send } from './developers-parts.ts'

/** What is asked before an application may have records of real people. */
const questions = [
  { name: 'use', text: 'What will people use the application for?' },
  { name: 'protection', text: 'How do you protect what you get, and who in your organisation sees it?' },
  { name: 'retention', text: 'When do you delete it?' },
  { name: 'contact', text: 'Whom do we call when something is wrong?' },
] as const

/** The pages of one application: keys, secrets, addresses, networks, subscriptions, usage. */
export function applicationPages(app: FastifyInstance, parts: HubParts): void {
  const { organisations, clients } = parts.access

  const own = (request: FastifyRequest, role: Role): Client => {
    const client = clients.find((request.params as { application: string }).application)
    if (!client) throw new Problem('application-not-found', { detail: 'There is no such application of yours.' })
    try {
      organisations.demand(client.organisation, memberOf(request), role)
    } catch (error) {
      if (error instanceof Problem && error.code === 'organisation-not-found')
        throw new Problem('application-not-found', { detail: 'There is no such application of yours.' })
      throw error
    }
    return client
  }

  const show = async (request: FastifyRequest, reply: FastifyReply, more: { problem?: Problem; secret?: string } = {}) => {
    const client = own(request, 'viewer')
    const services = parts.records().all()
    const subscriptions = clients.subscriptions(client.id)
    const licences = (await parts.catalogue.licensed()).map(({ name, title }) => ({ api: licenceOf(name), name, title }))
    const view = {
      client,
      base: parts.base(),
      organisation: organisations.find(client.organisation),
      keys: clients.keys(client.id),
      secrets: clients.secrets(client.id),
      secret: more.secret,
      perSecond: rateTiers[client.rateTier].perSecond,
      questions: client.environment === 'live' ? questions : [],
      subscriptions: subscriptions.map((each) => ({
        ...each,
        title:
          services.find(({ dataset }) => dataset === each.api)?.title ?? licences.find(({ api }) => api === each.api)?.title ?? each.api,
      })),
      offered: services.filter(({ dataset }) => !subscriptions.some(({ api, state }) => api === dataset && state !== 'refused')),
      licences: licences.filter(({ api }) => !subscriptions.some((each) => each.api === api && each.state !== 'refused')),
      usage: clients.usage(client.id).slice(0, 30),
    }
    const trail = [...hubTrail, { text: view.organisation?.name ?? '', href: `/developers/organisations/${client.organisation}` }]
    return send(parts, reply, 'developers-application.njk', client.name, view, more.problem, trail)
  }

  const path = '/developers/applications/:application'
  app.get(path, members, async (request, reply) => show(request, reply))

  /** A form of the page, which comes back to it. */
  const form = (name: string, act: (client: Client, field: (name: string) => string) => string | undefined | Promise<undefined>) =>
    app.post(`${path}/${name}`, members, (request, reply) =>
      answering(
        request,
        reply,
        (problem) => show(request, reply, { problem }),
        async (field) => {
          const client = own(request, 'developer')
          return (await act(client, field)) ?? `/developers/applications/${client.id}`
        },
      ),
    )

  form('settings', (client, field) => {
    clients.change(client.id, {
      name: field('name'),
      redirectUris: linesOf(field('redirectUris')),
      ipAllow: linesOf(field('ipAllow')),
      jwksUri: field('jwksUri') || null,
      logoutUri: field('logoutUri') || null,
    })
    return undefined
  })
  form('keys', (client, field) => void clients.addKey(client.id, field('name').slice(0, 100) || 'key', readJwk(field('jwk'))))
  form('keys/remove', (client, field) => clients.removeKey(client.id, field('id')) as undefined)
  form('secrets/remove', (client, field) => clients.removeSecret(client.id, field('id')) as undefined)
  form('state', (client, field) => void clients.change(client.id, { state: field('state') === 'stopped' ? 'stopped' : 'active' }))
  form('unsubscribe', (client, field) => clients.unsubscribe(client.id, field('api')) as undefined)
  form('subscribe', (client, field) => {
    const { dataset } = parts.records().get(field('api'))
    const live = client.environment === 'live'
    const unanswered = live ? questions.find(({ name }) => field(name).length < 10) : undefined
    if (unanswered)
      throw new Problem('parameter-invalid', { detail: `Answer in a sentence: ${unanswered.text}`, pointer: `/${unanswered.name}` })
    const answers = Object.fromEntries(questions.map(({ name }) => [name, field(name).slice(0, 4000)]))
    clients.subscribe(client.id, dataset, !live, live ? JSON.stringify(answers) : null)
    return undefined
  })
  form('licences', async (client, field) => {
    const wanted = (await parts.catalogue.licensed()).find(({ name }) => name === field('dataset'))
    if (!wanted) throw new Problem('parameter-invalid', { detail: 'Choose the data that you ask for.', pointer: '/dataset' })
    if (field('accept') !== 'yes')
      throw new Problem('parameter-invalid', { detail: 'The data are given to those who accept their licence.', pointer: '/accept' })
    if (field('use').length < 10)
      throw new Problem('parameter-invalid', { detail: 'Say in a sentence what you will use the data for.', pointer: '/use' })
    clients.subscribe(client.id, licenceOf(wanted.name), false, JSON.stringify({ use: field('use').slice(0, 4000), accepted: true }))
    return undefined
  })
  form('delete', (client, field) => {
    if (field('name') !== client.name)
      throw new Problem('parameter-invalid', { detail: 'Type the name of the application to delete it.', pointer: '/delete-name' })
    clients.change(client.id, { state: 'deleted' })
    return `/developers/organisations/${client.organisation}`
  })

  app.post(`${path}/secrets`, members, async (request, reply) => {
    const client = own(request, 'developer')
    const name = request.body instanceof URLSearchParams ? (request.body.get('name') ?? '') : ''
    return show(request, reply, { secret: clients.addSecret(client.id, name.slice(0, 100) || 'secret').secret })
  })
}

const linesOf = (text: string): string[] => text.split(/\s+/).filter(Boolean)

function readJwk(text: string): JsonWebKey {
  try {
    return JSON.parse(text) as JsonWebKey
  } catch {
    throw new Problem('application-not-valid', { detail: 'Paste the public key as a JSON Web Key.', pointer: '/jwk' })
  }
}
