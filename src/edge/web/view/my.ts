import { type Consent, type Grant, labelOf } from '../../../core/access/index.ts'
import { sentenceCase } from './format.ts'

/** A grant in words. */
export function grantView(grant: Grant, { services, organisationName }: Pick<Consent, 'services' | 'organisationName'>) {
  const service = services.all().find(({ dataset }) => dataset === grant.dataset)
  const left = grant.maxUses === null ? null : grant.maxUses - grant.used
  return {
    id: grant.id,
    recipient: sentenceCase(organisationName(grant.recipient)),
    title: service?.title ?? grant.dataset,
    labels: grant.fields.map((field) => (service ? labelOf(service, field) : field)),
    purpose: service?.purposes.find(({ code }) => code === grant.purpose)?.label ?? grant.purpose,
    byCode: grant.createdVia === 'code',
    expiresAt: grant.expiresAt,
    createdAt: grant.createdAt,
    used: grant.used,
    left,
    state: left === 0 && grant.state === 'active' ? 'used up' : grant.state === 'revoked' ? 'stopped' : grant.state,
    endedAt: grant.revokedAt ?? grant.expiresAt,
  }
}

type Entry = ReturnType<Consent['history']['list']>['entries'][number]

const happened: Readonly<Record<string, string>> = {
  grant: 'You allowed access',
  'grant-revoked': 'Access was stopped',
  disclosure: 'Your record was looked at',
  refusal: 'Somebody was refused',
  'code-burnt': 'Your share code was stopped after five wrong tries',
  erasure: 'What was kept of you was erased',
}

const reasons: Readonly<Record<string, string>> = {
  'wrong-factor': 'what they must know beside the code was wrong',
  'code-not-live': 'the code was used, stopped or too old',
  'grant-not-live': 'the access had ended',
  'other-record': 'they asked for a record that is not yours',
  'fields-not-granted': 'they asked for more than you allowed',
}

/** An entry of the history in words. */
export function historyView(entry: Entry) {
  return {
    ...entry,
    what: happened[entry.kind] ?? entry.kind,
    who: entry.organisation ?? (entry.system === 'credential' ? 'You, as a proof to carry' : 'Somebody who did not say who they are'),
    reason: reasons[entry.outcome],
    time: entry.at.slice(11, 16),
    attention: entry.kind === 'code-burnt' || entry.kind === 'refusal',
  }
}
