import { BlockList, isIPv4, isIPv6 } from 'node:net'
import type { MiddlewareHandler } from 'hono'
import { ProblemError } from '../problem.ts'

const loopback = new BlockList() // which knows addresses of IPv4 mapped to IPv6 too
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether who listens at this address is reached from this machine alone. A name is no address. */
export const isLoopbackAddress = (text: string): boolean =>
  isIPv4(text) ? loopback.check(text, 'ipv4') : isIPv6(text) && loopback.check(text, 'ipv6')

/** Whether this is a URL of this machine, by a name or address that no one else can give out. */
function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return /^https?:$/.test(protocol) && (hostname === 'localhost' || isLoopbackAddress(hostname.replace(/^\[|\]$/g, '')))
}

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
