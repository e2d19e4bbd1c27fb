import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Value } from 'typebox/value'
import { actorName, demandPublisher, viewAs } from '../../../core/access/index.ts'
import { DatasetInput } from '../../../core/catalogue/index.ts'
import { actingAs, Problem } from '../../../foundation/kernel/index.ts'
import { pageHeaders } from '../../http/page-headers.ts'
import { editView, inputOf } from '../view/edit.ts'
import { openToMembers, type Parts, takeForms } from './page.ts'

/** Changing the description of a dataset from a page. The token is typed each time, so no other site can change it in a reader's name. */
export function editPages(app: FastifyInstance, parts: Parts): void {
  const { access } = parts
  if (!access) return
  app.register(async (inner) => {
    takeForms(inner)
    inner.get('/datasets/:dataset/edit', openToMembers, (request, reply) => show(parts, request, reply))
    inner.post('/datasets/:dataset/edit', openToMembers, async (request, reply) => {
      const given = request.body as URLSearchParams
      try {
        const secret = (given.get('token') ?? '').trim()
        if (!secret) throw new Problem('token-missing', { detail: 'Type your publisher’s token.', pointer: '/token' })
        const actor = await access.actorOf(secret)
        const before = await viewAs(access.viewerOf(actor), () => parts.catalogue.dataset(nameIn(request)))
        demandPublisher(actor, before.publisher)
        const input = inputOf(before, given)
        const [wrong] = Value.Errors(DatasetInput, input)
        if (wrong)
          throw new Problem('parameter-invalid', {
            detail: `This cannot be kept: ${wrong.message}.`,
            pointer: wrong.instancePath || '/title',
          })
        await actingAs(actorName(actor), () => parts.catalogue.updateDataset(before.name, input))
        return reply.redirect(`/datasets/${before.name}`, 303)
      } catch (error) {
        if (!(error instanceof Problem) || error.status >= 500 || error.code === 'dataset-not-found') throw error
        return show(parts, request, reply, given, error)
      }
    })
  })
}

const nameIn = (request: FastifyRequest): string => (request.params as { dataset: string }).dataset

async function show(parts: Parts, request: FastifyRequest, reply: FastifyReply, given?: URLSearchParams, problem?: Problem) {
  const dataset = await parts.catalogue.dataset(nameIn(request))
  const { title } = dataset
  const shell = {
    title: `Change the description of ${title}`,
    section: 'data' as const,
    trail: [
      { text: 'Data', href: '/datasets' },
      { text: title, href: `/datasets/${dataset.name}` },
    ],
  }
  return pageHeaders(reply)
    .code(problem?.status ?? 200)
    .header('cache-control', 'no-store')
    .send(parts.render('edit.njk', shell, editView(dataset, given, problem)))
}
