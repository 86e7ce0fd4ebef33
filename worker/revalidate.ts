import type { MiddlewareHandler } from 'hono'
import { etag, RETAINED_304_HEADERS } from 'hono/etag'

/** What a 304 keeps of the answer that it stands for: else pages of other origins could not read it. */
const retainedHeaders = [
  ...RETAINED_304_HEADERS,
  'access-control-allow-origin',
  'access-control-expose-headers',
  'x-request-id',
]

/** Gives answers an ETag, where they have none, and answers 304 to who has it already. */
export const revalidate = (): MiddlewareHandler => etag({ retainedHeaders })
