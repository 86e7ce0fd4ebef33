import type { MiddlewareHandler } from 'hono'

/** Lets nobody keep answers, unless their route says otherwise. */
export const noStore: MiddlewareHandler = async function noStore(c, next) {
  c.header('Cache-Control', 'no-store')
  await next()
}
