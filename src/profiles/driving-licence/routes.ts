import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyError } from 'fastify'
import Type from 'typebox'
import type { RecordGiver } from '../../core/profile-kit.ts'
import { Problem } from '../../foundation/kernel/index.ts'
import { enquiryAnswer, enquiryFields } from './enquiry.ts'

const flag = (description: string) => Type.Optional(Type.Boolean({ description }))
const Enquiry = Type.Object(
  {
    drivingLicenceNumber: Type.String({
      pattern: '^ *[A-Za-z0-9][A-Za-z0-9 ]{0,30}$',
      description: 'Of the person whose grant the token is',
    }),
    includeCPC: flag('Not held here: needs acceptPartialResponse'),
    includeTacho: flag('Not held here: needs acceptPartialResponse'),
    acceptPartialResponse: flag('Whether the answer may be without parts that are not held here'),
  },
  { additionalProperties: false },
)

const titles: Readonly<Record<number, string>> = { 400: 'Bad Request', 404: 'Not Found' }
const messages: Readonly<Record<number, string>> = { 401: 'Unauthorized', 403: 'Forbidden', 429: 'Too Many Requests' }

/** The request that clients of the full driver enquiry send already, answered from a grant. */
export function enquiryRoutes(records: RecordGiver): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.setErrorHandler((error: FastifyError, request, reply) => {
      const status = statusOf(error)
      if (status >= 500) request.log.error({ event: 'enquiry-failed', err: error })
      if (error instanceof Problem && error.fields.retryAfter) reply.header('retry-after', String(error.fields.retryAfter))
      reply.code(status).header('cache-control', 'no-store').type('application/json')
      if (status === 401) reply.header('www-authenticate', 'DPoP')
      return reply.send(Buffer.from(JSON.stringify(errorBody(status, error))))
    })
    app.post(
      '/full-driver-enquiry/v1/driving-licences/retrieve',
      {
        config: { access: 'client' },
        schema: {
          operationId: 'fullDriverEnquiry',
          summary: 'A driving licence as far as it was granted, in the shape of the full driver enquiry',
          tags: ['Records'],
          body: Enquiry,
          response: { 200: Type.Unsafe<object>({ type: 'object', additionalProperties: true }) },
        },
      },
      async ({ actor, body }, reply) => {
        const { drivingLicenceNumber, includeCPC, includeTacho, acceptPartialResponse } = body
        if ((includeCPC || includeTacho) && !acceptPartialResponse)
          throw new Problem('record-not-found', { detail: 'Driver CPC and tachograph cards are not held here; accept a partial response.' })
        const value = drivingLicenceNumber.replaceAll(' ', '').toUpperCase()
        const { record } = await records.give(actor, 'driving-licence', { among: enquiryFields, by: { field: 'driverNumber', value } })
        reply.header('cache-control', 'no-store')
        return enquiryAnswer(record)
      },
    )
  }
}

/** One of the statuses that clients of the enquiry know. */
function statusOf(error: FastifyError): number {
  const status = error instanceof Problem ? error.status : error.validation ? 400 : (error.statusCode ?? 500)
  return status >= 500 || [401, 403, 404, 429].includes(status) ? status : 400
}

/** What the gateway refuses has a message; what the enquiry itself refuses has a list. */
function errorBody(status: number, error: FastifyError): object {
  const message = messages[status]
  if (message) return { message }
  if (status >= 500) return { message: 'Internal Server Error' }
  const code = error instanceof Problem ? error.code : 'parameter-invalid'
  const detail = error instanceof Problem ? error.message : 'The request is not one of the enquiry.'
  return { errors: [{ status: String(status), code, title: titles[status], detail }] }
}
