import type { Context, MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import { HrmError } from '../src/errors.ts'
import { sha256Hex } from './hash.ts'
import { networkOf } from './network.ts'
import { ProblemError } from './problem.ts'

/**
 * Whose requests are counted together: the hash of an API key that is let in, else the client's address or network
 * where it is known.
 */
export type RateLimit = (c: Context, caller: string) => Promise<boolean>

export interface GuardOptions {
  /** Hex SHA-256 of every key that is let in; empty lets everyone in. */
  apiKeys?: (c: Context) => readonly string[]
  /** Whether the caller may go on. */
  rateLimit?: RateLimit
}

/**
 * Keeps out who has no key, where keys are set, and who asks too often. What no route answers goes on to its 404 or 405:
 * paths and methods are no secret, and cost nothing.
 */
export function guard({ apiKeys, rateLimit }: GuardOptions): MiddlewareHandler {
  return async function guardMiddleware(c, next) {
    if (!isRouted(c)) return next()
    const keys = apiKeys?.(c) ?? []
    const key = await keyOf(c, keys)
    const address = c.req.header('CF-Connecting-IP')
    const caller = key ?? (address === undefined ? undefined : networkOf(address))
    c.set('caller', caller)
    // before a wrong key is told so: else nothing would bound how many are tried
    if (rateLimit && !(await rateLimit(c, caller ?? 'unknown'))) {
      throw new ProblemError('rate_limited', 'Too many requests in a short time; try again later.')
    }
    if (keys.length > 0 && key === undefined) {
      throw new ProblemError('unauthorized', 'This service needs a key: `Authorization: Bearer KEY`.', {
        headers: { 'WWW-Authenticate': 'Bearer' },
      })
    }
    await next()
  }
}

/** Middleware is for ALL methods, a route for its own. */
const isRouted = (c: Context): boolean => matchedRoutes(c).some(({ method }) => method !== 'ALL')

/** The hash of the request's key, if it is among them. */
async function keyOf(c: Context, keys: readonly string[]): Promise<string | undefined> {
  const key = /^Bearer +([\x21-\x7e]{1,512}) *$/i.exec(c.req.header('Authorization') ?? '')?.[1]
  const hash = key === undefined ? undefined : await sha256Hex(key)
  return hash !== undefined && isAmong(keys, hash) ? hash : undefined
}

/** Takes the same time whichever key it is, and wherever hashes differ. */
function isAmong(keys: readonly string[], hash: string): boolean {
  let found = false
  for (const key of keys) {
    let difference = key.length ^ hash.length
    for (let i = 0; i < hash.length; i++) difference |= key.charCodeAt(i) ^ hash.charCodeAt(i)
    found = difference === 0 || found
  }
  return found
}

/**
 * Keys as an operator writes them: hex SHA-256 hashes between white space or commas. Text without any is refused too:
 * whoever set it, perhaps from an empty variable, meant to keep others out.
 * @throws HrmError `usage` on anything else; it does not say what, since it may be a key
 */
export function parseApiKeys(text: string | undefined): string[] {
  if (text === undefined) return []
  const hashes = text.split(/[\s,]+/).filter((hash) => hash !== '')
  if (hashes.length === 0) throw new HrmError('usage', 'API_KEYS_SHA256 is set, but holds no hash')
  const bad = hashes.findIndex((hash) => !/^[0-9a-f]{64}$/i.test(hash))
  if (bad >= 0) throw new HrmError('usage', `API_KEYS_SHA256: API key ${bad + 1} is not a hex SHA-256 hash`)
  return hashes.map((hash) => hash.toLowerCase())
}
