import type { CodeIssue } from '../codes/validate.ts'

const TX_ISSUE_TYPE = 'http://hl7.org/fhir/tools/CodeSystem/tx-issue-type'
const MESSAGE_ID = 'http://hl7.org/fhir/StructureDefinition/operationoutcome-message-id'

/** Codes of FHIR's IssueType that occur here. */
export type IssueType =
  | 'invalid'
  | 'required'
  | 'not-found'
  | 'not-supported'
  | 'code-invalid'
  | 'business-rule'
  | 'too-costly'
  | 'exception'

/** A refusal in the shape of FHIR. */
export class FhirError extends Error {
  readonly status: number
  readonly type: IssueType
  readonly detail: string | undefined
  readonly expression: string | undefined

  /** `detail` is a tx-issue-type, where there is one for it. */
  constructor(status: number, type: IssueType, message: string, detail?: string, expression?: string) {
    super(message)
    this.status = status
    this.type = type
    this.detail = detail
    this.expression = expression
  }

  toOutcome(): object {
    return outcome([issueOf('error', this.type, this.message, this.detail, this.expression, undefined)])
  }
}

export const outcome = (issue: object[]): object => ({ resourceType: 'OperationOutcome', issue })

const detailCodes: Partial<Record<CodeIssue['code'], { type: string; detail: string; message: string }>> = {
  'invalid-code': { type: 'code-invalid', detail: 'invalid-code', message: 'Unknown_Code_in_Version' },
  'not-in-vs': { type: 'code-invalid', detail: 'not-in-vs', message: 'None_of_the_provided_codes_are_in_the_value_set_one' },
  'invalid-display': { type: 'invalid', detail: 'invalid-display', message: 'Display_Name_for__should_be_one_of__instead_of_one' },
  'status-check': { type: 'business-rule', detail: 'status-check', message: 'INACTIVE_CONCEPT_FOUND' },
  'code-spelling': { type: 'business-rule', detail: 'code-rule', message: 'CODE_CASE_DIFFERENCE' },
  'code-of-other-list': { type: 'business-rule', detail: 'code-rule', message: 'CODE_OF_OTHER_LIST' },
  'code-renamed': { type: 'invalid', detail: 'display-comment', message: 'DISPLAY_RENAMED' },
}

/** Issues of a validation as an OperationOutcome. `path` is where the code stands: `Coding`, `CodeableConcept.coding[0]` or nothing. */
export function issuesOutcome(issues: readonly CodeIssue[], path: string): object {
  return outcome(
    issues.map(({ severity, code, message, expression }) => {
      const { type, detail, message: id } = detailCodes[code] ?? { type: 'invalid', detail: code, message: code }
      return issueOf(severity, type, message, detail, path ? `${path}.${expression}` : expression, id)
    }),
  )
}

function issueOf(severity: string, code: string, text: string, detail?: string, expression?: string, messageId?: string): object {
  return {
    ...(messageId && { extension: [{ url: MESSAGE_ID, valueString: messageId }] }),
    severity,
    code,
    details: { ...(detail && { coding: [{ system: TX_ISSUE_TYPE, code: detail }] }), text },
    diagnostics: text,
    ...(expression && { location: [expression], expression: [expression] }),
  }
}
