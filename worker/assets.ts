import { type Context, Hono, type MiddlewareHandler } from 'hono'

/** The playground's build puts a hash of a file's content into its name: see worker/playground/build.mjs. */
const HASHED = /-[0-9a-f]{10}\.\w+$/

/** Lets browsers keep files whose content cannot change without their name. */
export const keepHashedFiles: MiddlewareHandler = async function keepHashedFiles(c, next) {
  await next()
  // 304 too: its headers replace those that were kept
  const isFile = c.res.ok || c.res.status === 304
  if (isFile && HASHED.test(c.req.path)) c.res.headers.set('Cache-Control', 'public, max-age=31536000, immutable')
}

/** Files know GET and HEAD alone: any other method is refused where there is a file, by the same `assets`. */
export function refuseOtherMethods(
  assets: MiddlewareHandler,
  refuse: (c: Context, methods: string[]) => Response,
): MiddlewareHandler {
  const files = new Hono().use(assets)
  return async function refuseOtherMethodsMiddleware(c, next) {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next()
    const { status } = await files.fetch(new Request(c.req.url, { method: 'HEAD' }), c.env)
    return status === 404 ? next() : refuse(c, ['GET', 'HEAD'])
  }
}
