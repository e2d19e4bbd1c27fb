import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Role } from '../../../core/access/index.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import { applicationPages } from './developers-application.ts'
import { answering, formOf, type HubParts, hubTrail, memberOf, members, send } from './developers-parts.ts'

/** The developer hub: open data needs nothing of it; organisations, members and applications for the rest. */
export function developerPages(app: FastifyInstance, parts: HubParts): void {
  const { organisations, people, clients } = parts.access

  app.get('/developers', { config: { access: 'public', session: 'member' }, schema: { hide: true } }, async (request, reply) => {
    const { items } = await parts.catalogue.search({ sort: 'modified', limit: 20 })
    const example = items.find((item) => item.distributions.length)?.name ?? 'DATASET'
    const services = parts
      .records()
      .all()
      .map(({ dataset, title, summary }) => ({ dataset, title, summary }))
    return send(parts, reply, 'developers.njk', 'Developers', {
      example,
      base: parts.base(),
      services,
      signedIn: request.actor.kind === 'member',
    })
  })

  app.get('/developers/applications', members, async (request, reply) => showHome(parts, request, reply))

  app.post('/developers/organisations', members, (request, reply) =>
    answering(
      request,
      reply,
      (problem) => showHome(parts, request, reply, problem),
      async (field) => {
        const name = field('name')
        if (name === '' || name.length > 200)
          throw new Problem('parameter-invalid', { detail: 'Give the name of the organisation.', pointer: '/name' })
        if (!kindsOf(parts).includes(field('kind')))
          throw new Problem('parameter-invalid', { detail: 'Say what the organisation is.', pointer: '/kind' })
        return `/developers/organisations/${organisations.create(memberOf(request), name, field('kind')).id}`
      },
    ),
  )

  app.post('/developers/invitations', members, (request, reply) =>
    answering(
      request,
      reply,
      (problem) => showHome(parts, request, reply, problem),
      async (field) => {
        return `/developers/organisations/${organisations.accept(field('code'), memberOf(request)).id}`
      },
    ),
  )

  const organisationIn = (request: FastifyRequest, role: Role) =>
    organisations.demand((request.params as { organisation: string }).organisation, memberOf(request), role)

  const showOrganisation = (request: FastifyRequest, reply: FastifyReply, more: { problem?: Problem; invitation?: string } = {}) => {
    const organisation = organisationIn(request, 'viewer')
    const role = organisations.ofPerson(memberOf(request)).find(({ id }) => id === organisation.id)?.role
    const view = {
      organisation,
      role,
      members: organisations.members(organisation.id),
      applications: clients.ofOrganisation(organisation.id),
    }
    return send(
      parts,
      reply,
      'developers-organisation.njk',
      organisation.name,
      { ...view, invitation: more.invitation },
      more.problem,
      hubTrail,
    )
  }

  app.get('/developers/organisations/:organisation', members, async (request, reply) => showOrganisation(request, reply))

  app.post('/developers/organisations/:organisation/applications', members, (request, reply) =>
    answering(
      request,
      reply,
      (problem) => showOrganisation(request, reply, { problem }),
      async (field) => {
        const { id } = organisationIn(request, 'developer')
        const environment = field('environment') === 'live' ? 'live' : 'sandbox'
        return `/developers/applications/${clients.create({ organisation: id, name: field('name'), environment, redirectUris: [] }).id}`
      },
    ),
  )

  app.post('/developers/organisations/:organisation/invitations', members, async (request, reply) => {
    const { id } = organisationIn(request, 'admin')
    const role = formOf(request).get('role')
    const as = role === 'admin' || role === 'viewer' ? role : 'developer'
    return showOrganisation(request, reply, { invitation: organisations.invite(id, as, memberOf(request)) })
  })

  app.post('/developers/organisations/:organisation/members', members, (request, reply) =>
    answering(
      request,
      reply,
      (problem) => showOrganisation(request, reply, { problem }),
      async (field) => {
        const { id } = organisationIn(request, field('person') === memberOf(request) && field('role') === 'none' ? 'viewer' : 'admin')
        const role = field('role')
        if (role === 'none') organisations.removeMember(id, field('person'))
        else if (role === 'admin' || role === 'developer' || role === 'viewer') organisations.setRole(id, field('person'), role)
        return field('person') === memberOf(request) ? '/developers/applications' : `/developers/organisations/${id}`
      },
    ),
  )

  app.post('/developers/organisations/:organisation/delete', members, (request, reply) =>
    answering(
      request,
      reply,
      (problem) => showOrganisation(request, reply, { problem }),
      async (field) => {
        const organisation = organisationIn(request, 'admin')
        if (field('name') !== organisation.name)
          throw new Problem('parameter-invalid', { detail: 'Type the name of the organisation to delete it.', pointer: '/name' })
        for (const { id } of clients.ofOrganisation(organisation.id)) clients.change(id, { state: 'deleted' })
        organisations.delete(organisation.id)
        return '/developers/applications'
      },
    ),
  )

  applicationPages(app, parts)

  function showHome(hub: HubParts, request: FastifyRequest, reply: FastifyReply, problem?: Problem) {
    const person = memberOf(request)
    const own = organisations
      .ofPerson(person)
      .map((organisation) => ({ ...organisation, applications: clients.ofOrganisation(organisation.id) }))
    const view = { organisations: own, kinds: kindsOf(hub), name: people.person(person)?.name }
    return send(hub, reply, 'developers-home.njk', 'Your organisations', view, problem, hubTrail.slice(0, 1))
  }
}

/** What an organisation can be: the kinds that purposes name, and none of them. */
function kindsOf({ records }: HubParts): string[] {
  return [
    ...new Set([
      ...records()
        .all()
        .flatMap(({ purposes }) => purposes.flatMap(({ recipientKinds }) => recipientKinds)),
      'other',
    ]),
  ].sort()
}
