import type { Context, MiddlewareHandler } from 'hono'
import { createSolver } from '../src/index.ts'
import { createApp } from './app.ts'
import { platformCache } from './cache.ts'
import { parseApiKeys } from './guard.ts'
import { lazySolver } from './service.ts'

/** What wrangler.toml binds. */
interface Bindings {
  ASSETS: { fetch(request: Request): Promise<Response> }
  RATE_LIMITER?: { limit(options: { key: string }): Promise<{ success: boolean }> }
  /** Secret: hex SHA-256 hashes of the keys that are let in. */
  API_KEYS_SHA256?: string
}

const bindingsOf = (c: Context): Bindings => c.env

const assets: MiddlewareHandler = async function serveAssets(c, next) {
  if (c.req.method !== 'GET' && c.req.method !== 'HEAD') return next()
  const response = await bindingsOf(c).ASSETS.fetch(c.req.raw)
  if (response.status === 404) return next()
  return new Response(response.body, response) // a copy: headers of a fetched response cannot be changed
}

/** The Cloudflare Worker. */
export default createApp({
  solvers: new Map([['sudoku', lazySolver(() => createSolver({ task: 'sudoku' }))]]),
  assets,
  cache: platformCache(() => (caches as unknown as { default: Cache }).default),
  apiKeys: (c) => parseApiKeys(bindingsOf(c).API_KEYS_SHA256),
  rateLimit: async (c, caller) => (await bindingsOf(c).RATE_LIMITER?.limit({ key: caller }))?.success ?? true,
})
