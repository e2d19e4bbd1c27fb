import multipart from '@fastify/multipart'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Actor, actorName, demandPublisher, publicViewer, type Viewer, viewAs } from '../../../core/access/index.ts'
import { type Draft, parseOverrides } from '../../../core/datastore/index.ts'
import type { DraftReview } from '../../../core/profile-kit.ts'
import { actingAs, Problem, slugify, toProblem } from '../../../foundation/kernel/index.ts'
import { pageHeaders } from '../../http/page-headers.ts'
import { type DraftAsked, draftView, overridesIn, type PublishFields } from '../view/draft.ts'
import { open, type Parts, parametersOf } from './page.ts'

const trail = [{ text: 'Publish', href: '/publish' }]

/**
 * Publishing from a page: send a file, look at what was understood, change it, and only then publish. The token is typed each time, so
 * no other site can publish in a reader's name.
 */
export function publishPages(app: FastifyInstance, parts: Parts): void {
  if (!parts.access) return
  app.register(async (scope) => {
    await scope.register(multipart, { limits: { files: 1, fields: 20, fieldSize: 10_000, fileSize: parts.config.maxUploadMb * 1e6 } })
    scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
      done(null, new URLSearchParams(String(body))),
    )
    scope.get('/publish', open, async (request, reply) => sendForm(parts, request, reply, {}))
    scope.post('/publish', { ...open, bodyLimit: Number.MAX_SAFE_INTEGER }, (request, reply) => receive(parts, request, reply))
    scope.get('/publish/:draft', open, (request, reply) => showDraft(parts, request, reply))
    scope.post('/publish/:draft', open, (request, reply) => publishDraft(parts, request, reply))
  })
}

interface FormError {
  problem?: Problem
  dataset?: string
}

async function sendForm({ render }: Parts, request: FastifyRequest, reply: FastifyReply, { problem, dataset }: FormError) {
  const given = parametersOf(request)
  const kept = /^[a-z0-9_-]{1,100}$/.exec(given.get('kept') ?? '')?.[0]
  const view = { error: problem && errorOf(problem), dataset: dataset ?? given.get('dataset') ?? '', kept }
  return pageHeaders(reply)
    .code(problem?.status ?? 200)
    .header('cache-control', 'no-store')
    .send(render('publish.njk', { title: 'Publish a file', section: 'publish' }, view))
}

const errorOf = (problem: Problem) => ({ text: problem.message, hint: problem.fields.hint })

/** Takes the file of the form in. The token comes before it, so that strangers' files are never kept. */
async function receive(parts: Parts, request: FastifyRequest, reply: FastifyReply) {
  let dataset = ''
  try {
    let actor: Actor | undefined
    for await (const part of request.parts()) {
      if (part.type === 'field') {
        if (part.fieldname === 'token') actor = await actorOf(parts, String(part.value))
        if (part.fieldname === 'dataset') dataset = String(part.value).trim()
        continue
      }
      if (!actor) throw new Problem('token-missing', { detail: 'Type the token before the file.' })
      if (dataset) await viewAs(viewerOf(parts, actor), () => demandOwn(parts, actor as Actor, dataset))
      if (!part.filename) throw new Problem('file-empty', { detail: 'Choose a file.' })
      const draft = await parts.datastore.drafts.receive(part.file, part.filename)
      return reply.redirect(`/publish/${draft.id}${dataset ? `?dataset=${encodeURIComponent(dataset)}` : ''}`, 303)
    }
    throw new Problem('file-empty', { detail: 'Choose a file.' })
  } catch (error) {
    return sendForm(parts, request, reply, { problem: refusal(error), dataset })
  }
}

/** The problem of what a person did; what failed in the server goes on to the error page. */
function refusal(error: unknown): Problem {
  const known = (error as { code?: string }).code?.startsWith('FST_')
  const problem = known ? new Problem('bad-request', { detail: (error as Error).message }) : toProblem(error)
  if (problem.code === 'internal-error') throw error
  return problem
}

const viewerOf = ({ access }: Parts, actor: Actor): Viewer => access?.viewerOf(actor) ?? publicViewer

/** @throws {Problem} dataset-not-found, permission-denied */
async function demandOwn({ catalogue }: Parts, actor: Actor, dataset: string): Promise<void> {
  demandPublisher(actor, (await catalogue.dataset(dataset)).publisher)
}

async function actorOf({ access }: Parts, secret: string): Promise<Actor> {
  if (!secret.trim() || !access) throw new Problem('token-missing', { detail: 'Type your publisher’s token.' })
  const actor = await access.actorOf(secret.trim())
  if (actor.kind !== 'publisher' && actor.kind !== 'operator')
    throw new Problem('token-invalid', { detail: 'The token is none of a publisher.' })
  return actor
}

async function showDraft(parts: Parts, request: FastifyRequest, reply: FastifyReply, fields: PublishFields = {}, problem?: Problem) {
  const draft = parts.datastore.drafts.get((request.params as { draft: string }).draft)
  const asked = overridesIn(parametersOf(request))
  const checked = await checkDraft(parts, draft, asked)
  const view = {
    ...draftView(draft, asked, checked.result),
    reviews: checked.reviews ?? [],
    error: problem ? errorOf(problem) : checked.problem && errorOf(checked.problem),
    fields: { dataset: asked.dataset ?? '', ...fields },
  }
  return pageHeaders(reply)
    .code(problem?.status ?? checked.problem?.status ?? 200)
    .header('cache-control', 'no-store')
    .send(parts.render('publish-draft.njk', { title: `Check ${draft.filename}`, section: 'publish', trail }, view))
}

async function checkDraft({ datastore, review }: Parts, draft: Draft, asked: DraftAsked) {
  let reviews: DraftReview[] = []
  try {
    const result = await datastore.check({
      source: datastore.drafts.read(draft.id),
      filename: draft.filename,
      totalBytes: draft.bytes,
      ...(asked.dataset && { dataset: asked.dataset }),
      overrides: parseOverrides(asked),
      ...(review && {
        look: async ({ columns, rows }, texts) => {
          reviews = await review({ filename: draft.filename, columns, rows }, texts)
        },
      }),
    })
    return { result, reviews }
  } catch (error) {
    return { problem: refusal(error) }
  }
}

/** The last step: the only one after which anybody else sees the file. */
async function publishDraft(parts: Parts, request: FastifyRequest, reply: FastifyReply) {
  const body = request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
  const field = (name: string) => (body.get(name) ?? '').trim()
  const fields = {
    dataset: field('dataset'),
    publisher: field('publisher'),
    title: field('title'),
    key: field('key'),
    seenBy: field('seenBy'),
  }
  try {
    const draft = parts.datastore.drafts.get((request.params as { draft: string }).draft)
    const actor = await actorOf(parts, field('token'))
    const act = async () => {
      const dataset = await datasetFor(parts, actor, fields)
      const published = await parts.datastore.publish({
        dataset,
        source: parts.datastore.drafts.read(draft.id),
        filename: draft.filename,
        totalBytes: draft.bytes,
        ...(fields.key && { key: fields.key.split(',').map((name) => name.trim()) }),
        overrides: parseOverrides(overridesIn(parametersOf(request))),
      })
      return { dataset, manifest: published.manifest }
    }
    const { dataset, manifest } = await actingAs(actorName(actor), () => viewAs(viewerOf(parts, actor), act))
    await parts.datastore.drafts.remove(draft.id)
    // Whoever typed a token is nobody on the next page.
    const isSeen = parts.catalogue.sight(dataset).of !== 'nothing'
    return reply.redirect(isSeen ? `/datasets/${dataset}/versions/${manifest.version}` : `/publish?kept=${dataset}`, 303)
  } catch (error) {
    const problem = refusal(error)
    if (problem.code === 'draft-not-found') throw problem
    return showDraft(parts, request, reply, fields, problem)
  }
}

/** The dataset named, or a new one of the publisher whose token it is. */
async function datasetFor({ catalogue }: Parts, actor: Actor, { dataset, publisher, title, seenBy }: PublishFields): Promise<string> {
  if (dataset) {
    demandPublisher(actor, (await catalogue.dataset(dataset)).publisher)
    return dataset
  }
  if (!title) throw new Problem('parameter-invalid', { detail: 'Name a dataset, or give a title for a new one.', pointer: '/title' })
  const owner = publisher || (actor.kind === 'publisher' ? actor.publisher : '')
  if (!owner) throw new Problem('parameter-invalid', { detail: 'Say which publisher the new dataset is of.', pointer: '/publisher' })
  demandPublisher(actor, owner)
  const name = slugify(`${owner} ${title}`, 100)
  const seen = seenBy === 'draft' ? { state: seenBy } : seenBy === 'organisation' ? { visibility: seenBy } : {}
  await catalogue.createDataset({ name, title, publisher: owner, ...(seen as object) })
  return name
}
