import { isIPv6 } from 'node:net'
import type { MiddlewareHandler } from 'hono'
import { ProblemError } from './problem.ts'

/** Whether this is a URL of this machine, by a name or address that no one else can give out. */
function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return /^https?:$/.test(protocol) && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
}

/** Whether who listens at this name or address is reached from this machine alone. */
export const isLoopbackHost = (host: string): boolean => isLoopback(`http://${isIPv6(host) ? `[${host}]` : host}`)

const refused = (header: string) =>
  new ProblemError(
    'origin_refused',
    `The ${header} is neither localhost nor a loopback address, and without keys a service bound to one answers no other.`,
  )

/**
 * Keeps out the pages of other sites: a browser lets them reach this machine, by its own names or by one of theirs that
 * leads to it (DNS rebinding). Programs send no Origin, and are let in.
 */
export function loopbackOnly(): MiddlewareHandler {
  return async function loopbackOnlyMiddleware(c, next) {
    const origin = c.req.header('Origin')
    if (!isLoopback(c.req.url)) throw refused('Host')
    if (origin !== undefined && !isLoopback(origin)) throw refused('Origin')
    await next()
    const { headers } = c.res
    if (origin === undefined) headers.delete('Access-Control-Allow-Origin')
    else headers.set('Access-Control-Allow-Origin', origin)
    headers.append('Vary', 'Origin')
  }
}
