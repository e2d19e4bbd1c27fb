import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Following, pageOf, type Subject, searchOf, searchText } from '../../../core/following/index.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import { pageHeaders } from '../../http/page-headers.ts'
import { open, type Page, type Parts, parametersOf, servePage, takeForms } from './page.ts'

/** Following by feed, e-mail or webhook: the form, the page that a letter leads to, and the way out. */
export function followPages(app: FastifyInstance, parts: Parts): void {
  const { following } = parts
  if (!following) return
  servePage(app, parts, '/follow', async (_request, parameters) => form(parts, parameters), { json: false })
  app.register(async (inner) => {
    takeForms(inner)
    const answer = (path: string, act: (request: FastifyRequest) => Promise<Page>) => {
      const send = async (request: FastifyRequest, reply: FastifyReply) => {
        const page = await act(request)
        return pageHeaders(reply)
          .code(page.status ?? 200)
          .header('cache-control', 'no-store')
          .header('referrer-policy', 'no-referrer')
          .send(parts.render(page.template, page.shell, page.view))
      }
      return { get: () => inner.get(path, open, send), post: () => inner.post(path, open, send) }
    }
    answer('/follow', (request) => start(parts, following, request)).post()
    answer('/follow/:token', (request) => manage(following, tokenIn(request))).get()
    answer('/follow/:token', async (request) => {
      await following.confirm(tokenIn(request))
      return manage(following, tokenIn(request))
    }).post()
    // Mail programs end it here by a POST of their own; people who follow the link of one get the page with the button.
    answer('/follow/:token/stop', (request) => manage(following, tokenIn(request))).get()
    answer('/follow/:token/stop', async (request) => {
      await following.stop(tokenIn(request))
      return { template: 'follow-done.njk', shell: { title: 'You follow this no more' }, view: { stopped: true } }
    }).post()
  })
}

const tokenIn = (request: FastifyRequest): string => (request.params as { token: string }).token

/** What the parameters of an address name: a dataset, a publisher, an entry of the list, or else a search. */
function subjectIn(given: URLSearchParams): Subject {
  for (const kind of ['dataset', 'nii'] as const) {
    const value = given.get(kind)
    if (value) return { kind, value }
  }
  const of = given.get('of')
  if (of) return { kind: 'publisher', value: of }
  return { kind: 'search', value: searchText(searchOf(given.get('search') ?? given.toString())) }
}

async function form({ catalogue, nii }: Parts, given: URLSearchParams, problem?: Problem): Promise<Page> {
  const subject = subjectIn(given)
  const title = await titleOf(subject, { catalogue, nii })
  return {
    template: 'follow.njk',
    shell: { title: `Follow ${title}` },
    status: problem?.status ?? 200,
    view: {
      title,
      href: pageOf(subject),
      feed: feedOf(subject),
      field: { name: subject.kind === 'publisher' ? 'of' : subject.kind, value: subject.value },
      address: given.get('address') ?? '',
      channel: given.get('channel') ?? 'email',
      problem: problem && { text: problem.message, field: 'address' },
    },
  }
}

async function titleOf({ kind, value }: Subject, { catalogue, nii }: Pick<Parts, 'catalogue' | 'nii'>): Promise<string> {
  if (kind === 'dataset') return (await catalogue.dataset(value)).title
  if (kind === 'publisher') return (await catalogue.publisher(value)).title
  if (kind === 'nii' && nii) return (await nii.entry(value)).entry.title
  const { q } = searchOf(value)
  if (q) return `data about “${q}”`
  if (value) return 'this search'
  throw new Problem('parameter-invalid', {
    detail: 'Say what to follow.',
    pointer: '/dataset',
    hint: 'Such as /follow?dataset=NAME; each page has the link.',
  })
}

function feedOf({ kind, value }: Subject): string {
  if (kind === 'dataset') return `/datasets/${value}.atom`
  if (kind === 'publisher') return `/publishers/${value}.atom`
  return kind === 'nii' ? `/nii/${value}.atom` : `/datasets.atom?${value}`
}

async function start(parts: Parts, following: Following, request: FastifyRequest): Promise<Page> {
  const given = request.body instanceof URLSearchParams ? request.body : parametersOf(request)
  const channel = given.get('channel') === 'webhook' ? 'webhook' : 'email'
  try {
    const made = await following.follow({ subject: subjectIn(given), channel, address: (given.get('address') ?? '').slice(0, 2_000) })
    return { template: 'follow-done.njk', shell: { title: 'One more step' }, view: { channel, secret: made.secret, token: made.token } }
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500 || error.status === 404) throw error
    return form(parts, given, error)
  }
}

async function manage(following: Following, token: string): Promise<Page> {
  const follow = await following.byToken(token)
  const deliveries = await following.deliveries(token)
  return {
    template: 'follow-manage.njk',
    shell: { title: follow.state === 'live' ? 'What you follow' : 'Confirm that you follow this' },
    view: {
      follow,
      href: pageOf(follow.subject),
      token,
      deliveries: deliveries.slice(0, 20).map(({ created, state, event, attempts }) => ({
        created,
        state,
        text: `${event.data.title}: ${event.data.text}`,
        attempts: attempts.length,
        last: attempts.at(-1)?.detail,
      })),
    },
  }
}
