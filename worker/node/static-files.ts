import { statSync } from 'node:fs'
import { serveStatic } from '@hono/node-server/serve-static'
import type { MiddlewareHandler } from 'hono'
import { revalidate } from '../revalidate.ts'

/** The files of a folder, under Node: whole, and with the headers that the assets of a Worker have. */
export function staticFiles(root: string): MiddlewareHandler {
  const serve = serveStatic({ root, onFound: (path, c) => c.set('etag', tagOf(path)) })
  const revalidated = revalidate()
  return function staticFilesMiddleware(c, next) {
    return revalidated(c, async () => {
      c.req.raw.headers.delete('Range') // serveStatic knows no If-Range, so a part could be one of another file
      const file = await serve(c, next)
      if (!(file instanceof Response)) return // there is none
      c.res = file
      c.res.headers.set('ETag', c.get('etag'))
      c.res.headers.set('Cache-Control', 'public, max-age=0, must-revalidate')
      c.res.headers.delete('Last-Modified') // 1985 for every file from npm
    })
  }
}

/** By the time when the file was put here, since npm sets the time of its content; hashing it would hold it in memory. */
function tagOf(path: string): string {
  const { size, ctimeMs } = statSync(path)
  return `W/"${size.toString(36)}-${ctimeMs.toString(36)}"`
}
