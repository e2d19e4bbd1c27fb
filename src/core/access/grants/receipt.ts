import type { KeyRing } from '../ledger/keys.ts'
import { signReceipt } from '../ledger/receipt.ts'
import type { Purpose, RecordService } from '../records/model.ts'
import type { Grant } from './model.ts'

/**
 * What a person agreed to, with the names that ISO/IEC TS 27560 and the Kantara receipt 1.1 give the members, and the same signed.
 *
 * @see ISO/IEC TS 27560:2023, clause 6; Kantara Consent Receipt Specification 1.1.0, section 4
 */
export function receiptOf(grant: Grant, service: RecordService, purpose: Purpose, keys: KeyRing) {
  const receipt = {
    schema_version: 'ISO-27560-2023',
    version: 'KI-CR-v1.1.0',
    consentReceiptID: grant.id,
    consentTimestamp: Math.floor(Date.parse(grant.createdAt) / 1000),
    collectionMethod: grant.createdVia,
    language: 'en',
    piiPrincipalId: grant.subject,
    piiControllers: [{ piiController: service.publisher }],
    services: [
      {
        service: service.title,
        purposes: [
          {
            purpose: purpose.code,
            purposeLabel: purpose.label,
            lawfulBasis: grant.basis,
            piiCategory: grant.fields,
            recipient: grant.recipient,
            client: grant.client,
            actingFor: grant.actingFor,
            validFrom: grant.notBefore,
            termination: grant.expiresAt,
            maxUses: grant.maxUses,
            retention: purpose.retention,
          },
        ],
      },
    ],
    evidenceSha256: grant.evidenceSha256,
    ledgerOrigin: keys.origin,
    ledgerIndex: grant.ledgerIndex,
  }
  return { receipt, jws: signReceipt(keys, 'consent-receipt+jwt', receipt) }
}
