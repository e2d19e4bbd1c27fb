import type { TextAnswer } from '../../../foundation/engines/outgoing/index.ts'
import { CsvParser } from '../../../foundation/formats/csv.ts'
import { readJsonLd } from '../../../foundation/formats/json-ld.ts'
import { readTurtle } from '../../../foundation/formats/turtle.ts'
import { Problem, slugify } from '../../../foundation/kernel/index.ts'
import { type DatasetInput, frequencies, fromJsonLd, fromTurtle, type LinkedResource, type ReadDataset } from '../../catalogue/index.ts'
import { addressOf, bodyOf, type Dict, emailOf, licenceOf, listOf, recordOf, textOf } from './clean.ts'
import type { Reader, ReadRequest, RemotePage, RemoteRecord } from './reader.ts'

/** Asks for a document, by what is known of it: a server that says that nothing has changed is believed. */
async function document({ ask, state }: ReadRequest, address: string, accept: string): Promise<TextAnswer | undefined> {
  const answer = await ask(address, {
    accept,
    ...(state.etag && { 'if-none-match': state.etag }),
    ...(state.lastModified && { 'if-modified-since': state.lastModified }),
  })
  if (answer.status === 304) return undefined
  if (answer.status !== 200) throw new Problem('file-not-readable', { detail: `${address} answered ${answer.status}.` })
  return answer
}

const marks = ({ headers }: TextAnswer) => ({ etag: headers.etag ?? '', lastModified: headers['last-modified'] ?? '' })
const nothingNew: RemotePage = { records: [], unchanged: true }

function json(answer: TextAnswer): unknown {
  try {
    return JSON.parse(answer.text)
  } catch (error) {
    throw new Problem('json-invalid', { detail: `${answer.address}: ${(error as Error).message}` })
  }
}

/**
 * A catalogue as DCAT in Turtle or JSON-LD, page by page.
 *
 * @see DCAT 3; Hydra Core Vocabulary, PartialCollectionView, and PagedCollection before it
 */
export const readDcat: Reader = async (request) => {
  const address = (request.cursor as string | undefined) ?? request.source.url
  const answer = await document(request.cursor ? { ...request, state: {} } : request, address, 'text/turtle, application/ld+json;q=0.9')
  if (!answer) return nothingNew
  const isJson = /json/.test(answer.headers['content-type'] ?? '') || answer.text.trimStart().startsWith('{')
  const parsed = isJson ? json(answer) : undefined
  const quads = isJson ? readJsonLd(parsed) : readTurtle(answer.text, address)
  const datasets = isJson ? fromJsonLd(parsed) : fromTurtle(answer.text, address)
  const next = quads.find(({ predicate }) => /^http:\/\/www\.w3\.org\/ns\/hydra\/core#next(?:Page)?$/.test(predicate.value))?.object.value
  return {
    records: datasets.map(recordFromDcat),
    ...(next && next !== address && URL.canParse(next) && { cursor: next }),
    ...(!request.cursor && { state: next ? {} : marks(answer) }),
  }
}

function recordFromDcat({ address, input, publisherTitle, distributions, modified }: ReadDataset): RemoteRecord {
  const { publisher, name, ...rest } = input
  const linked = distributions.flatMap(({ title, accessUrl, downloadUrl, mediaType, bytes, modified: changed }): LinkedResource[] => {
    const accessURL = addressOf(downloadUrl) ?? addressOf(accessUrl)
    return accessURL
      ? [trim({ accessURL, title, mediaType, byteSize: Number.isSafeInteger(bytes) ? bytes : undefined, modified: changed })]
      : []
  })
  return recordOf(address, bodyOf(publisherTitle ?? '', publisher), {
    ...rest,
    ...(name && { name }),
    landingPage: addressOf(rest.landingPage) ?? addressOf(address),
    ...(linked.length && { linked }),
    ...(modified && { extra: { harvest_modified: modified } }),
  })
}

const trim = <T extends object>(members: T): T =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== '')) as T

const periods: Record<string, DatasetInput['accrualPeriodicity']> = {
  'R/PT1S': 'continuous',
  'R/P1D': 'daily',
  'R/P1W': 'weekly',
  'R/P1M': 'monthly',
  'R/P3M': 'quarterly',
  'R/P6M': 'twice-a-year',
  'R/P1Y': 'yearly',
  irregular: 'irregular',
}

/** @see Project Open Data Metadata Schema 1.1 */
export const readDataJson: Reader = async (request) => {
  const answer = await document(request, request.source.url, 'application/json')
  if (!answer) return nothingNew
  const given = json(answer) as Dict | unknown[]
  const list = Array.isArray(given) ? given : listOf((given as Dict)?.dataset)
  return { records: list.map((each, i) => recordFromPod((each ?? {}) as Dict, i)), expected: list.length, state: marks(answer) }
}

function recordFromPod(given: Dict, at: number): RemoteRecord {
  const contact = (given.contactPoint ?? {}) as Dict
  const linked = (listOf(given.distribution) as Dict[]).flatMap((each): LinkedResource[] => {
    const accessURL = addressOf(each?.downloadURL) ?? addressOf(each?.accessURL)
    return accessURL
      ? [
          trim({
            accessURL,
            title: textOf(each.title).slice(0, 300),
            description: textOf(each.description).slice(0, 20_000),
            format: textOf(each.format).slice(0, 100),
            mediaType: textOf(each.mediaType).slice(0, 200),
          }),
        ]
      : []
  })
  const [start = '', end = ''] = textOf(given.temporal).split('/')
  const day = (text: string) => /^\d{4}-\d\d-\d\d/.exec(text)?.[0]
  const email = emailOf(contact.hasEmail)
  return recordOf(textOf(given.identifier) || `entry ${at + 1}`, bodyOf(textOf((given.publisher as Dict)?.name)), {
    title: textOf(given.title),
    description: textOf(given.description),
    keyword: listOf(given.keyword).map(textOf),
    theme: listOf(given.theme).map(textOf),
    licence: licenceOf(given.license),
    accrualPeriodicity: periods[textOf(given.accrualPeriodicity)],
    spatial: textOf(given.spatial).slice(0, 200),
    landingPage: addressOf(given.landingPage),
    ...((day(start) || day(end)) && { temporal: trim({ start: day(start), end: day(end) }) as never }),
    ...((textOf(contact.fn) || email) && { contactPoint: trim({ name: textOf(contact.fn).slice(0, 200), email }) as never }),
    ...(linked.length && { linked: linked.slice(0, 1_000) }),
  })
}

/** @see OGC API Records 1.0, Part 1: Core; records as GeoJSON features */
export const readOgcRecords: Reader = async (request) => {
  const first = new URL(request.source.url)
  if (!first.searchParams.has('limit')) first.searchParams.set('limit', String(request.source.pageSize ?? 500))
  const address = (request.cursor as string | undefined) ?? first.href
  const answer = await document({ ...request, state: {} }, address, 'application/geo+json, application/json')
  const { features, links, numberMatched } = (answer ? json(answer) : {}) as Dict
  const next = addressOf((listOf(links) as Dict[]).find((link) => link?.rel === 'next')?.href)
  return {
    records: (listOf(features) as Dict[]).map(recordFromFeature),
    ...(next && next !== address && { cursor: next }),
    ...(Number.isInteger(numberMatched) && { expected: Number(numberMatched) }),
  }
}

function recordFromFeature(feature: Dict): RemoteRecord {
  const given = (feature?.properties ?? {}) as Dict
  const contact = (listOf(given.contacts)[0] ?? {}) as Dict
  const links = [...listOf(feature?.links), ...listOf(given.links)] as Dict[]
  const linked = links.flatMap((link): LinkedResource[] => {
    const accessURL = addressOf(link?.href)
    return accessURL && !/^(?:self|collection|alternate|root)$/.test(textOf(link.rel))
      ? [trim({ accessURL, title: textOf(link.title).slice(0, 300), mediaType: textOf(link.type).slice(0, 200) })]
      : []
  })
  return recordOf(textOf(feature?.id), bodyOf(textOf(contact.organization) || textOf(contact.name)), {
    title: textOf(given.title),
    description: textOf(given.description),
    keyword: listOf(given.keywords).map(textOf),
    licence: licenceOf(given.license),
    ...(linked.length && { linked: linked.slice(0, 1_000) }),
    ...(textOf(given.updated) && { extra: { harvest_modified: textOf(given.updated) } }),
  })
}

/** Another Sixteen: its datasets as they are, its tables as files elsewhere. */
export const readSixteen: Reader = async ({ source, ask, cursor }) => {
  const base = source.url.replace(/\/$/, '')
  const query = new URLSearchParams({ limit: '100', ...(typeof cursor === 'string' && { cursor }) })
  const answer = await ask(`${base}/v1/datasets?${query}`, { accept: 'application/json' })
  if (answer.status !== 200) throw new Problem('file-not-readable', { detail: `${base} answered ${answer.status}.` })
  const { datasets, items, next, page, total } = json(answer) as Dict
  const onward = textOf(next) || textOf((page as Dict)?.next)
  return {
    records: (listOf(datasets ?? items) as Dict[]).map((dataset) => recordFromSixteen(dataset, base)),
    ...(onward && { cursor: onward }),
    ...(Number.isInteger(total ?? (page as Dict)?.total) && { expected: Number(total ?? (page as Dict)?.total) }),
  }
}

function recordFromSixteen(given: Dict, base: string): RemoteRecord {
  const { publisher, publisherTitle, distributions, issued: _issued, modified, links: _links, ...rest } = given
  const name = textOf(given.name)
  const tables = (listOf(distributions) as Dict[]).map((table): LinkedResource => {
    const which = listOf(distributions).length > 1 ? `?distribution=${encodeURIComponent(textOf(table.name))}` : ''
    return {
      identifier: slugify(`${textOf(given.identifier)}-${textOf(table.name)}`, 100),
      title: textOf(table.title) || textOf(table.name),
      accessURL: `${base}/v1/datasets/${name}/records.csv${which}`,
      format: 'CSV',
      mediaType: 'text/csv',
    }
  })
  const known = (listOf(given.linked) as LinkedResource[]) ?? []
  return recordOf(textOf(given.identifier) || name, bodyOf(textOf(publisherTitle), textOf(publisher)), {
    ...(rest as Omit<DatasetInput, 'publisher'>),
    title: textOf(given.title),
    landingPage: addressOf(given.landingPage) ?? `${base}/datasets/${name}`,
    linked: [...tables, ...known].slice(0, 1_000),
    extra: { ...((given.extra as Record<string, string>) ?? {}), harvest_modified: textOf(modified) },
  })
}

const headings: Record<string, readonly string[]> = {
  title: ['title', 'dataset', 'dataset name', 'name'],
  description: ['description', 'summary', 'abstract', 'notes'],
  publisher: ['publisher', 'organisation', 'organization', 'department', 'owner'],
  link: ['url', 'link', 'resource', 'download', 'file'],
  licence: ['licence', 'license'],
  frequency: ['frequency', 'update frequency', 'updated'],
  keyword: ['keywords', 'keyword', 'tags'],
  theme: ['theme', 'category', 'facet 1'],
  identifier: ['identifier', 'id', 'reference'],
  format: ['format'],
}

/** A department's inventory as CSV: one dataset a row, under the headings that departments use. */
export const readInventory: Reader = async (request) => {
  const answer = await document(request, request.source.url, 'text/csv')
  if (!answer) return nothingNew
  const parser = new CsvParser()
  const [header, ...rows] = [...parser.push(answer.text), ...parser.end()].map(({ cells }) => cells.map((cell) => cell.trim()))
  const place = (member: string) =>
    (header ?? []).findIndex((cell) => headings[member]?.includes(cell.replace(/^\uFEFF/, '').toLowerCase()))
  const at = Object.fromEntries(Object.keys(headings).map((member) => [member, place(member)]))
  if ((at.title ?? -1) < 0)
    throw new Problem('file-not-readable', {
      detail: `${request.source.url} has no column of titles.`,
      hint: `One of: ${headings.title?.join(', ')}`,
    })
  const filled = rows.filter((cells) => cells.some(Boolean))
  return {
    records: filled.map((cells, i) => recordFromRow((member) => cells[at[member] ?? -1] ?? '', i)),
    expected: filled.length,
    state: marks(answer),
  }
}

function recordFromRow(cell: (member: string) => string, at: number): RemoteRecord {
  const accessURL = addressOf(cell('link'))
  const title = cell('title')
  return recordOf(cell('identifier') || slugify(`${cell('publisher')} ${title}`) || `row ${at + 2}`, bodyOf(cell('publisher')), {
    title,
    description: cell('description'),
    keyword: cell('keyword')
      .split(/[;,]/)
      .map((word) => word.trim())
      .filter(Boolean),
    theme: cell('theme') ? [cell('theme')] : [],
    licence: licenceOf(cell('licence')),
    accrualPeriodicity: frequencies.find((each) => each === slugify(cell('frequency'))),
    ...(accessURL && { linked: [trim({ accessURL, format: cell('format') })] }),
  })
}
