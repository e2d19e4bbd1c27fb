import { Problem, slugify } from '../../../foundation/kernel/index.ts'
import { CkanError, fromPackage } from '../../catalogue/index.ts'
import { bodyOf, type Dict, emailOf, listOf, recordOf, textOf } from './clean.ts'
import type { Reader, RemoteRecord } from './reader.ts'

interface Cursor {
  start: number
}

/**
 * Another CKAN, by `package_search` in the order of its identifiers.
 *
 * @see CKAN action API, version 3
 */
export const readCkan: Reader = async ({ source, ask, cursor, since }) => {
  const { start } = (cursor as Cursor | undefined) ?? { start: 0 }
  const rows = source.pageSize ?? 500
  const filters = [source.filter, since && `metadata_modified:[${since} TO *]`].filter(Boolean).join(' ')
  const query = new URLSearchParams({ rows: String(rows), start: String(start), sort: 'id asc', ...(filters && { fq: filters }) })
  const address = `${source.url.replace(/\/(?:api(?:\/3)?(?:\/action)?\/?)?$/, '')}/api/3/action/package_search?${query}`
  const answer = await ask(address, { accept: 'application/json' })
  const { count, results } = resultOf(answer.text, answer.status, address)
  return {
    records: results.map((given, i) => recordFrom((given ?? {}) as Dict, start + i)),
    expected: count,
    ...(results.length && start + results.length < count && { cursor: { start: start + results.length } }),
  }
}

function resultOf(text: string, status: number, address: string): { count: number; results: unknown[] } {
  try {
    const { success, result, error } = JSON.parse(text) as {
      success?: boolean
      result?: { count?: number; results?: unknown[] }
      error?: Dict
    }
    if (success && Array.isArray(result?.results)) return { count: Number(result.count ?? result.results.length), results: result.results }
    throw new Error(`${textOf(error?.__type)} ${textOf(error?.message)}`.trim() || `status ${status}`)
  } catch (error) {
    throw new Problem('file-not-readable', { detail: `${address} gave no search result: ${(error as Error).message.slice(0, 300)}` })
  }
}

/** A record as our description; what is private, taken away, or tells of a harvest and not of data, is left out. */
function recordFrom(given: Dict, at: number): RemoteRecord {
  const id = textOf(given.id) || textOf(given.name) || `record ${at}`
  if (textOf(given.type) === 'harvest' || given.private === true || (textOf(given.state) || 'active') !== 'active')
    return { id, skip: true }
  const organisation = (given.organization ?? {}) as Dict
  const body = bodyOf(textOf(organisation.title), textOf(organisation.name))
  try {
    const input = fromPackage(cleaned(given), body.name)
    const { publisher: _publisher, ...rest } = input
    return recordOf(id, body, rest)
  } catch (error) {
    if (error instanceof CkanError)
      return {
        id,
        problem: Object.entries(error.fields)
          .map(([field, why]) => `${field}: ${JSON.stringify(why)}`)
          .join('; '),
      }
    throw error
  }
}

/** The package without what only its own server means, and without what no server should have let in. */
function cleaned(given: Dict): Dict {
  const { id, name, tags, resources, extras, license_id, ...rest } = given
  const seen = new Set<string>()
  return {
    ...rest,
    ...(/^[A-Za-z0-9_-]{1,100}$/.test(textOf(id)) && { id }),
    name: slugify(textOf(name) || textOf(given.title), 100).padEnd(2, '-'),
    title: textOf(given.title).slice(0, 300),
    notes: textOf(given.notes).slice(0, 20_000),
    maintainer_email: emailOf(given.maintainer_email) ?? '',
    author_email: emailOf(given.author_email) ?? '',
    license_id: textOf(license_id),
    tags: listOf(tags).filter((tag) => /^[\p{L}\p{N}\s_.\-&'/,()]{2,100}$/u.test(textOf((tag as Dict)?.name))),
    extras: listOf(extras).filter((extra) => {
      const key = textOf((extra as Dict)?.key)
      return key && !seen.has(key) && seen.add(key)
    }),
    // What its own server answers tables by is a file elsewhere for us.
    resources: listOf(resources)
      .filter((resource) => typeof resource === 'object' && resource !== null)
      .slice(0, 1_000)
      .map((resource) => ({ ...(resource as Dict), datastore_active: false, url: textOf((resource as Dict).url).slice(0, 2_000) })),
    groups: listOf(given.groups).filter((group) => typeof group === 'object' && group !== null),
  }
}
