import type { MiddlewareHandler } from 'hono'

/** The playground's build puts a hash of a file's content into its name: see worker/playground/build.mjs. */
const HASHED = /-[0-9a-f]{10}\.\w+$/

/** Lets browsers keep files whose content cannot change without their name. */
export const keepHashedFiles: MiddlewareHandler = async function keepHashedFiles(c, next) {
  await next()
  if (c.res.ok && HASHED.test(c.req.path)) c.res.headers.set('Cache-Control', 'public, max-age=31536000, immutable')
}
