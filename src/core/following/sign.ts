import { createHmac, randomBytes } from 'node:crypto'

/** A new secret of a webhook. @see Standard Webhooks, Signature scheme: 24 to 64 random bytes in base64 after whsec_ */
export const newWebhookSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`

/**
 * The headers that prove to a receiver who sends, and when.
 *
 * @see Standard Webhooks 1.0, Webhook Headers and Verifying signatures
 */
export function webhookHeaders(secret: string, id: string, at: Date, body: string): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return {
    'content-type': 'application/json',
    'user-agent': 'Sixteen-Webhooks',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  }
}

/** How long until each further attempt, in seconds. @see Standard Webhooks 1.0, Deliverability: the schedule it recommends */
const pauses = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]

/** When a delivery is tried again after so many attempts; undefined when it is given up. */
export function nextAttempt(attempts: number, now: Date): Date | undefined {
  const pause = pauses[attempts - 1]
  return pause === undefined ? undefined : new Date(now.getTime() + pause * 1000)
}
