/**
 * The one table of problems: code, HTTP status and title. `docs/reference/problems.md` has a heading for each, compared both ways
 * by a test, and the `type` address of a problem opens that page on the running server.
 */
export const problemTypes = {
  'application-not-found': { status: 404, title: 'Application not found' },
  'application-not-valid': { status: 422, title: 'The application cannot be kept so' },
  'application-on-trial': { status: 403, title: 'The application is being tried out' },
  'answer-not-found': { status: 404, title: 'No such answer waits' },
  'api-not-found': { status: 404, title: 'API not found' },
  'archive-bomb': { status: 422, title: 'The archive inflates too far' },
  'archive-empty': { status: 422, title: 'The archive holds no data file' },
  'archive-truncated': { status: 422, title: 'The compressed file is cut short or damaged' },
  'area-not-found': { status: 404, title: 'Area not found' },
  'bad-request': { status: 400, title: 'The request cannot be read' },
  'body-too-large': { status: 413, title: 'The file is too large' },
  busy: { status: 503, title: 'The server is busy' },
  'collection-not-found': { status: 404, title: 'Collection not found' },
  'column-not-found': { status: 400, title: 'Column not found' },
  'column-visibility-unclear': { status: 409, title: 'Who may see a column is not clear' },
  'configuration-invalid': { status: 500, title: 'The configuration is not valid' },
  'cursor-invalid': { status: 400, title: 'The cursor is not valid here' },
  'cross-site-request': { status: 403, title: 'Another site sent this request' },
  'data-folder-in-use': { status: 503, title: 'Another process holds the data folder' },
  'dataset-exists': { status: 409, title: 'A dataset of this name exists' },
  'dataset-has-no-data': { status: 404, title: 'The dataset has no data yet' },
  'dataset-not-found': { status: 404, title: 'Dataset not found' },
  'distribution-not-found': { status: 404, title: 'Distribution not found' },
  'draft-not-found': { status: 404, title: 'The draft is not here any more' },
  'feature-not-found': { status: 404, title: 'Feature not found' },
  'fields-not-allowed': { status: 400, title: 'The purpose does not allow the field' },
  'fields-not-granted': { status: 403, title: 'The grant does not cover the field' },
  'file-binary': { status: 422, title: 'The file is not a table of text' },
  'file-empty': { status: 422, title: 'The file is empty' },
  'file-header-only': { status: 422, title: 'The file has a header and no rows' },
  'file-not-readable': { status: 422, title: 'The file cannot be read' },
  'follow-not-found': { status: 404, title: 'Nothing is followed by this link' },
  'format-not-supported': { status: 406, title: 'Format not supported' },
  'grant-not-allowed': { status: 400, title: 'The purpose does not allow the grant' },
  'grant-not-found': { status: 404, title: 'Grant not found' },
  'grant-not-live': { status: 403, title: 'The grant cannot be used' },
  'history-not-found': { status: 404, title: 'No such entry in the history' },
  'harvest-running': { status: 409, title: 'A harvest of this source is running' },
  'harvest-source-not-found': { status: 404, title: 'Source not found' },
  'internal-error': { status: 500, title: 'Something failed on the server' },
  'invitation-not-valid': { status: 400, title: 'The invitation is not good' },
  'job-not-found': { status: 404, title: 'Job not found' },
  'json-invalid': { status: 422, title: 'The JSON cannot be read as records' },
  'key-not-unique': { status: 422, title: 'The key does not identify rows' },
  'last-admin': { status: 409, title: 'The organisation would have no admin' },
  'credential-not-allowed': { status: 400, title: 'No credential is made of this' },
  'status-list-not-found': { status: 404, title: 'There is no such status list' },
  'cosignature-refused': { status: 422, title: 'The cosignature is not taken' },
  'lawful-access-refused': { status: 403, title: 'No law is shown that allows this' },
  'ledger-not-found': { status: 404, title: 'The ledger has no such part' },
  'licence-needed': { status: 403, title: 'The data are for those who accepted their licence' },
  'limit-out-of-range': { status: 400, title: 'The limit is out of range' },
  'line-too-long': { status: 422, title: 'A line is too long' },
  'media-type-not-supported': { status: 415, title: 'Media type not supported' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'nii-entry-not-found': { status: 404, title: 'The list has no such entry' },
  'nii-step-refused': { status: 409, title: 'The step is not open' },
  'notice-needed': { status: 409, title: 'A notice must come first' },
  'network-not-allowed': { status: 403, title: 'Requests from this network are not allowed' },
  'operator-not-allowed': { status: 400, title: 'The operator does not suit the column' },
  'operator-unknown': { status: 400, title: 'Operator not known' },
  'organisation-not-found': { status: 404, title: 'Organisation not found' },
  'paper-not-recognised': { status: 422, title: 'The text is not a progress paper' },
  'parameter-invalid': { status: 400, title: 'Parameter not valid' },
  'parameter-unknown': { status: 400, title: 'Parameter not known' },
  'permission-denied': { status: 403, title: 'Permission denied' },
  'positions-missing': { status: 406, title: 'The table has no positions' },
  'publisher-exists': { status: 409, title: 'A publisher of this name exists' },
  'publisher-not-found': { status: 404, title: 'Publisher not found' },
  'purpose-not-allowed': { status: 400, title: 'The purpose is not one of this record' },
  'query-not-found': { status: 404, title: 'Saved query not found' },
  'query-too-complex': { status: 400, title: 'The query is too complex' },
  'range-not-satisfiable': { status: 416, title: 'The range lies beyond the file' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  'record-not-connected': { status: 409, title: 'The record is not connected yet' },
  'record-not-found': { status: 404, title: 'Record not found' },
  'record-not-matched': { status: 422, title: 'No record has all of this' },
  'record-service-not-found': { status: 404, title: 'Record service not found' },
  'record-source-failed': { status: 503, title: 'The source of the records does not answer' },
  'register-change-refused': { status: 422, title: 'The change to the register is refused' },
  'register-code-not-found': { status: 404, title: 'Code not found' },
  'register-exists': { status: 409, title: 'A register of this name exists' },
  'register-fork': { status: 409, title: 'The source contradicts itself' },
  'register-moved': { status: 409, title: 'The register has changed meanwhile' },
  'register-not-found': { status: 404, title: 'Code list not found' },
  'request-not-waiting': { status: 400, title: 'No application waits for an answer' },
  'route-not-found': { status: 404, title: 'Page not found' },
  'rsf-invalid': { status: 400, title: 'The RSF cannot be taken in' },
  'series-not-found': { status: 404, title: 'Series not found' },
  'server-unreachable': { status: 503, title: 'The server cannot be reached' },
  'share-code-refused': { status: 404, title: 'The code is refused' },
  'sign-in-failed': { status: 400, title: 'Signing in did not succeed' },
  'sign-in-needed': { status: 401, title: 'Sign in first' },
  'sign-in-unavailable': { status: 503, title: 'Nobody can sign in here now' },
  'source-restricted': { status: 403, title: 'The file holds columns that you may not see' },
  'sql-invalid': { status: 400, title: 'The SQL is not answered here' },
  'standard-not-found': { status: 404, title: 'Standard not found' },
  'storage-full': { status: 507, title: 'The disk is full' },
  'token-invalid': { status: 401, title: 'The token is not valid' },
  'token-missing': { status: 401, title: 'A token is needed' },
  'too-many-columns': { status: 422, title: 'The file has too many columns' },
  'value-invalid': { status: 400, title: 'The value does not suit the column' },
  'version-not-found': { status: 404, title: 'Version not found' },
  'version-withdrawn': { status: 410, title: 'The version was withdrawn' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemCode = keyof typeof problemTypes

/** What a problem may carry beside its code. `pointer` names the offending parameter or body member as a JSON pointer. */
export interface ProblemFields {
  detail?: string
  pointer?: string
  hint?: string
  /** Seconds after which the client may try again. */
  retryAfter?: number
  [extension: string]: unknown
}

/** RFC 9457 body as sent. */
export interface ProblemBody extends ProblemFields {
  type: string
  title: string
  status: number
  code: ProblemCode
}

/**
 * A refusal that a caller can act on: thrown to stop the request, turned into each protocol's own shape at its edge.
 *
 * @see RFC 9457, Problem Details for HTTP APIs.
 */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly fields: ProblemFields

  constructor(code: ProblemCode, fields: ProblemFields = {}, options?: { cause?: unknown }) {
    super(fields.detail ?? problemTypes[code].title, options)
    this.name = 'Problem'
    this.code = code
    this.fields = fields
  }

  get status(): number {
    return problemTypes[this.code].status
  }

  /** The RFC 9457 body; `base` is the address of the running server, so that `type` opens its documentation. */
  toBody(base = ''): ProblemBody {
    const { title, status } = problemTypes[this.code]
    return { type: `${base}/docs/problems#${this.code}`, title, status, code: this.code, ...this.fields, detail: this.message }
  }
}

/** The problem behind an unknown error: itself, the disk's, or `internal-error` with the cause kept for the log and out of the body. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const code = (error as { code?: string } | null)?.code
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG')
    return new Problem('storage-full', { detail: 'Nothing was changed. Free some space and try again.' }, { cause: error })
  return new Problem('internal-error', { detail: 'The failure is in the log under the request id.' }, { cause: error })
}
