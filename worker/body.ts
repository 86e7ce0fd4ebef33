import type { Context, MiddlewareHandler } from 'hono'
import { concatBytes } from '../src/platform/concat-bytes.ts'
import type { Pace } from './pace.ts'
import { ProblemError } from './problem.ts'
import type { AppEnv } from './service.ts'

/**
 * Reads the body before anything else touches it and gives up past `maxBytes`. What counts is bytes that arrive:
 * Content-Length may be absent or wrong. Invalid UTF-8 is refused here, because `Request.json()` would quietly turn
 * it into U+FFFD.
 */
export function limitBody(maxBytes: number, discard: Discard): MiddlewareHandler<AppEnv> {
  return async function limitBodyMiddleware(c, next) {
    refuseCompressed(c)
    const { body } = c.req.raw
    tidyContentType(c)
    const bytes = await readAtMost(body, maxBytes, discard)
    let text: string
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    } catch (cause) {
      throw new ProblemError('json_malformed', 'The body is not valid UTF-8.', { cause })
    }
    // what Hono's own readers look at first; they keep promises there
    Object.assign(c.req.bodyCache, { text: Promise.resolve(text) })
    await next()
  }
}

/** A media type with parameters as zod-openapi takes them. */
const PLAIN_TYPE = /^[^;\s]+(;\s*[a-z\d-]+=[^;"\s]+)*$/i

/**
 * zod-openapi does not take every parameter that RFC 9110, 5.6.6, allows, and none means anything to JSON. Headers of a
 * request cannot be changed, so it gets others, without the body, which is read from the one before.
 */
function tidyContentType(c: Context): void {
  const type = c.req.header('Content-Type')
  if (type === undefined || PLAIN_TYPE.test(type)) return
  const mediaType = type.split(';')[0].trim()
  if (mediaType === '') return // with its body, so that it is refused as one without a type is
  const headers = new Headers(c.req.raw.headers)
  headers.set('Content-Type', mediaType)
  const { url, method, signal } = c.req.raw
  c.req.raw = new Request(url, { method, headers, signal })
}

/** @throws ProblemError `media_type_unsupported` */
export function refuseCompressed(c: Context): void {
  const encoding = c.req.header('Content-Encoding') || 'identity'
  if (encoding.toLowerCase() === 'identity') return
  throw new ProblemError('media_type_unsupported', 'The body must not be compressed.', {
    headers: { 'Accept-Encoding': 'identity' },
  })
}

/**
 * How much is read of a body that is not wanted any more, and thrown away. A server that hangs up on a client while it
 * sends resets the connection, and the client loses the answer that it has not read yet.
 */
export interface Discard {
  bytes: number
  ms: number
}

/**
 * The chunks of a body as they arrive.
 * @throws ProblemError `body_too_large`, `body_incomplete`; `request_timeout` where there is a pace to keep
 */
export async function* receive(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  discard: Discard,
  pace?: Pace,
): AsyncGenerator<Uint8Array> {
  if (body === null) return
  const reader = body.getReader()
  let size = 0
  try {
    for (;;) {
      const chunk = reader.read().catch((cause) => {
        throw new ProblemError('body_incomplete', 'The connection ended before the body did.', { cause })
      })
      const { done, value } = await (pace ? pace.wait(chunk) : chunk)
      if (done) return
      size += value.byteLength
      if (size > maxBytes) throw new ProblemError('body_too_large', `The body is larger than ${maxBytes} bytes.`)
      yield value
    }
  } finally {
    discardRest(reader, discard).catch(() => {}) // not awaited: the answer goes out meanwhile
  }
}

async function discardRest(reader: ReadableStreamDefaultReader<Uint8Array>, { bytes, ms }: Discard): Promise<void> {
  if (bytes === 0) return reader.cancel()
  const late = setTimeout(() => reader.cancel().catch(() => {}), ms)
  try {
    for (let left = bytes; left > 0; ) {
      const { done, value } = await reader.read()
      if (done) return
      left -= value.byteLength
    }
    await reader.cancel()
  } finally {
    clearTimeout(late)
  }
}

async function readAtMost(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  discard: Discard,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of receive(body, maxBytes, discard)) chunks.push(chunk)
  return concatBytes(chunks)
}
