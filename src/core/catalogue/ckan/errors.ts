import { Problem } from '../../../foundation/kernel/index.ts'

/** An error in CKAN's own shape: `__type` and, for validation, messages by field. */
export class CkanError extends Error {
  readonly status: number
  readonly type: string
  readonly fields: Record<string, unknown>

  constructor(status: number, type: string, fields: Record<string, unknown>) {
    super(typeof fields.message === 'string' ? fields.message : type)
    this.status = status
    this.type = type
    this.fields = fields
  }
}

export const notFound = (what = ''): CkanError =>
  new CkanError(404, 'Not Found Error', { message: what ? `Not found: ${what}` : 'Not found' })
export const denied = (why = ''): CkanError =>
  new CkanError(403, 'Authorization Error', { message: why ? `Access denied: ${why}` : 'Access denied' })
export const invalid = (fields: Record<string, unknown>): CkanError => new CkanError(409, 'Validation Error', fields)
export const searchError = (why: string): CkanError =>
  new CkanError(409, 'Search Error', { message: `Search error: (${JSON.stringify(why)})` })
export const searchQueryError = (why: string): CkanError =>
  new CkanError(400, 'Search Query Error', { message: `Search Query is invalid: (${JSON.stringify(why)})` })

/** A request that no action could read: its body is a bare JSON text, without an envelope. */
export class BadRequest extends Error {}

/** What our own areas refuse, as CKAN would say it. Failures of our own stay as they are. */
export function toCkanError(error: unknown): unknown {
  if (!(error instanceof Problem)) return error
  const detail = error.fields.detail ?? error.message
  if (error.code === 'token-missing' || error.code === 'permission-denied' || error.code === 'token-invalid') return denied(detail)
  if (error.code === 'dataset-exists')
    return invalid({ [error.fields.pointer === '/identifier' ? 'id' : 'name']: ['That URL is already in use.'] })
  if (error.code === 'publisher-exists') return invalid({ name: ['Group name already exists in database'] })
  if (error.code === 'query-too-complex') return invalid({ query: [detail] })
  if (error.status === 404) return notFound(detail)
  if (error.status >= 400 && error.status < 500) return invalid({ [fieldOf(error.fields.pointer)]: [detail] })
  return error
}

const fieldOf = (pointer: string | undefined): string => pointer?.split('/').filter(Boolean)[0] ?? 'message'
