import type { MiddlewareHandler } from 'hono'

/** Pages run their own scripts, styles, workers and WebAssembly, and nothing from elsewhere. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"

/** A worker's script carries the policy of its worker, so scripts get the page's. */
const hasPagePolicy = (type: string) => /^text\/html|javascript/.test(type)

export function securityHeaders(): MiddlewareHandler {
  return async function securityHeadersMiddleware(c, next) {
    await next()
    const { headers } = c.res
    const policy = hasPagePolicy(headers.get('Content-Type') ?? '') ? PAGE_POLICY : DATA_POLICY
    // a 304 has no type to tell it by, and its headers take the place of those that a browser has kept
    if (c.res.status !== 304) headers.set('Content-Security-Policy', policy)
    headers.set('Cross-Origin-Opener-Policy', 'same-origin')
    headers.set('Referrer-Policy', 'no-referrer')
    headers.set('X-Content-Type-Options', 'nosniff')
  }
}
