import { hash } from 'node:crypto'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { Client } from '../clients/index.ts'
import type { Grants } from '../grants/index.ts'
import type { Grant, NewGrant } from '../grants/model.ts'
import type { Organisation } from '../organisations/index.ts'
import { labelOf } from '../records/expression.ts'
import type { Asked } from './details.ts'

/** What a person reads before they agree. */
export interface ConsentView {
  application: string
  organisation: string
  sandbox: boolean
  service: string
  yours: string
  purpose: { label: string; description: string; retention: string; basis: string }
  fields: Array<{ text: string; label: string }>
  days: number
  expiresAt: string
  maxUses: number | null
  cadence: string | null
  /** What an earlier consent already allows, when this one is to be joined to it or to take its place. */
  before: { action: 'merge' | 'replace'; fields: string[] } | null
}

export interface ConsentRequest {
  asked: Asked
  client: Client
  organisation: Organisation
  person: string
  managed: { action: 'merge' | 'replace'; grant: Grant } | null
  now: Date
}

export function consentView({ asked, client, organisation, managed, now }: ConsentRequest): ConsentView {
  const { service, purpose } = asked
  return {
    application: client.name,
    organisation: organisation.name,
    sandbox: client.environment === 'sandbox',
    service: service.title,
    yours: service.yours,
    purpose: { label: purpose.label, description: purpose.description, retention: purpose.retention, basis: purpose.lawfulBasis },
    fields: asked.fields.map((text) => ({ text, label: labelOf(service, text) })),
    days: asked.days,
    expiresAt: expiryOf(asked, now),
    maxUses: asked.maxUses,
    cadence: asked.cadence,
    before: managed && { action: managed.action, fields: managed.grant.fields.map((text) => labelOf(service, text)) },
  }
}

const expiryOf = ({ days }: Asked, now: Date): string => new Date(now.getTime() + days * 86_400_000).toISOString()

/**
 * Of the fields that were asked for, those that the person left.
 *
 * @throws {Problem} fields-not-allowed when one was not asked for or none is left.
 */
export function chosenFields({ asked }: ConsentRequest, fields: readonly string[]): string[] {
  if (fields.length === 0 || fields.some((field) => !asked.fields.includes(field)))
    throw new Problem('fields-not-allowed', { detail: 'Choose at least one of the facts, or do not share.', pointer: '/fields' })
  return asked.fields.filter((field) => fields.includes(field))
}

/** Makes the grant of a person who agreed to these fields, and keeps what they saw. @throws {Problem} grant-not-allowed */
export async function agree(
  request: ConsentRequest,
  chosen: string[],
  { grants, keepEvidence }: { grants: Pick<Grants, 'create' | 'supersede'>; keepEvidence: (sha256: string, shown: string) => void },
): Promise<Grant> {
  const { asked, client, organisation, person, managed, now } = request
  const shown = JSON.stringify({ shown: consentView(request), agreed: chosen })
  const evidenceSha256 = hash('sha256', shown, 'hex')
  keepEvidence(evidenceSha256, shown)
  const grant: NewGrant = {
    subject: person,
    actingFor: null,
    recipient: organisation.id,
    client: client.id,
    dataset: asked.service.dataset,
    fields: managed?.action === 'merge' ? [...new Set([...managed.grant.fields, ...chosen])] : chosen,
    purpose: asked.purpose.code,
    basis: asked.purpose.lawfulBasis,
    maxUses: asked.maxUses,
    cadence: asked.cadence,
    notBefore: now.toISOString(),
    expiresAt: expiryOf(asked, now),
    createdVia: 'oauth',
    evidenceSha256,
  }
  return managed ? grants.supersede(managed.grant.id, grant) : grants.create(grant, { recipientKind: organisation.kind })
}
