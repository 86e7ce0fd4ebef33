import type { z } from '@hono/zod-openapi'
import { PROBLEMS } from '../problem.ts'
import { problem } from '../schemas.ts'

export const JSON_TYPE = 'application/json'

/** OpenAPI content of this schema. */
export const json = <S extends z.ZodType>(schema: S) => ({ [JSON_TYPE]: { schema } })

type ProblemStatus = (typeof PROBLEMS)[keyof typeof PROBLEMS]['status']

const WORDS: Record<ProblemStatus, string> = {
  400: 'Bad request',
  401: 'No valid API key',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  406: 'Not acceptable',
  408: 'Request timeout',
  409: 'Not yet',
  410: 'Gone',
  413: 'Body too large',
  415: 'Unsupported media type',
  422: 'Invalid input',
  429: 'Too many requests',
  431: 'Headers too large',
  500: 'Internal error',
  501: 'Not implemented here',
  503: 'Unavailable for now',
}

const header = (description: string, type: 'string' | 'integer' = 'string') => ({
  description,
  required: true,
  schema: { type },
})
const retryAfter = { 'Retry-After': header('Seconds to wait before another try.', 'integer') }
const COMMON_HEADERS = { 'X-Request-Id': header('As in `requestId`, and in the log of the service.') }
const HEADERS: Partial<Record<ProblemStatus, Record<string, ReturnType<typeof header>>>> = {
  401: { 'WWW-Authenticate': header('The scheme to use.') },
  409: retryAfter,
  429: retryAfter,
  503: retryAfter,
}

/** OpenAPI responses for the failures of a route. The description lists the codes that have the status. */
export function problems<S extends ProblemStatus>(...statuses: S[]) {
  const entries = statuses.map((status) => {
    const codes = Object.entries(PROBLEMS).filter(([, kind]) => kind.status === status)
    const description = `${WORDS[status]}: ${codes.map(([code]) => `\`${code}\``).join(', ')}`
    const headers = { ...COMMON_HEADERS, ...HEADERS[status] }
    return [status, { description, headers, content: { 'application/problem+json': { schema: problem } } }] as const
  })
  return Object.fromEntries(entries) as Record<S, (typeof entries)[number][1]>
}

/** Failures that any route that computes may have. */
export const SOLVE_STATUSES = [400, 401, 406, 413, 415, 422, 429, 500, 503] as const

/** A key is needed only where the operator has set keys. */
export const OPTIONAL_KEY: Record<string, string[]>[] = [{}, { bearer: [] }]

const ETAG = header('Names this content.')

/** What a route behind `etag()` declares: the tag of its 200, the header that asks by it, and the 304. */
export const CONDITIONAL = {
  parameters: [
    {
      name: 'If-None-Match',
      in: 'header' as const,
      schema: { type: 'string' as const, description: 'An `ETag` had before: 304 if it still names the content.' },
    },
  ],
  headers: { ETag: ETAG },
  notModified: { 304: { description: 'Not modified', headers: { ...COMMON_HEADERS, ETag: ETAG } } },
}
