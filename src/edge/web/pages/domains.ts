import type { FastifyInstance } from 'fastify'
import type { PagePart, ProfilePage } from '../../../core/profile-kit.ts'
import { type Parts, servePage } from './page.ts'

/** The pages of profiles, drawn from the parts that each page says it has. */
export function domainPages(app: FastifyInstance, parts: Parts, pages: readonly ProfilePage[]): void {
  for (const { path, load } of pages)
    servePage(app, parts, path, async (request, parameters) => {
      for (const [name, value] of Object.entries(request.params as Record<string, string>))
        parameters.set(name, value.replace(/\.json$/, ''))
      const content = await load(parameters)
      return {
        template: 'domain.njk',
        shell: { title: content.title, ...(content.trail && { trail: content.trail }) },
        view: { title: content.title, lead: content.lead, parts: content.parts.map(drawn), action: request.url.split('?')[0] },
        data: content.data,
      }
    })
}

const WIDTH = 320

/** A part with the sizes of its bars, in units of the drawing. Negative bars are as long as they are large, and marked. */
function drawn(part: PagePart): object {
  if (part.kind === 'table')
    return { ...part, rows: part.rows.map((row) => row.map((cell) => (typeof cell === 'object' ? cell : { text: cell }))) }
  if (part.kind !== 'bars') return part
  const most = Math.max(1, ...part.bars.map(({ value }) => Math.abs(value)))
  return {
    ...part,
    width: WIDTH,
    bars: part.bars.map((bar) => ({ ...bar, width: Math.round((Math.abs(bar.value) / most) * WIDTH * 10) / 10, negative: bar.value < 0 })),
  }
}
