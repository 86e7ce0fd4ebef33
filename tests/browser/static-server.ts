import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
}

export interface StaticServer {
  /** With a slash at the end. */
  origin: string
  close(): void
}

/** Of a page that is sent bit by bit. */
const PIECES = 12

/**
 * Serves the files of a folder and knows nothing else, like any web space. `/` is `index.html`.
 * @param pause milliseconds after each piece of a page, as on a slow line; 0 sends it at once
 */
export async function serveFolder(folder: string, { pause = 0 } = {}): Promise<StaticServer> {
  const server = createServer(async ({ url }, response) => {
    const path = new URL(url!, 'http://localhost').pathname
    const name = path.endsWith('/') ? `${path}index.html` : path
    try {
      const body = await readFile(join(folder, decodeURIComponent(name)))
      response.writeHead(200, { 'Content-Type': TYPES[extname(name)] ?? 'application/octet-stream' })
      const slow = pause > 0 && extname(name) === '.html'
      const length = slow ? Math.ceil(body.length / PIECES) : body.length
      for (let at = 0; at < body.length; at += length) {
        response.write(body.subarray(at, at + length))
        if (slow) await setTimeout(pause)
      }
      response.end()
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
