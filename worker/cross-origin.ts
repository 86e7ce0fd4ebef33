import type { MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'

/** Pages of any origin may call. An OPTIONS that is no preflight goes on to who knows the methods of its path. */
export function crossOrigin(): MiddlewareHandler {
  const answer = cors({
    origin: '*',
    allowMethods: ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS'],
    allowHeaders: ['Authorization', 'Content-Type', 'If-None-Match', 'X-Request-Id'],
    exposeHeaders: ['Allow', 'ETag', 'Location', 'Retry-After', 'Server-Timing', 'X-Request-Id'],
    maxAge: 86_400,
  })
  return async function crossOriginMiddleware(c, next) {
    const isPlainOptions = c.req.method === 'OPTIONS' && c.req.header('Access-Control-Request-Method') === undefined
    if (!isPlainOptions) return answer(c, next)
    await next()
    c.header('Access-Control-Allow-Origin', '*')
  }
}
