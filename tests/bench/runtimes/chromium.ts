import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { launchChromium } from '../../browser/chromium.ts'
import type { Bench } from '../bench.ts'
import type { RemoteBench } from '../drive.ts'
import { bundle, ROOT, type Runtime } from './runtime.ts'

const TYPES: Record<string, string> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
}
/** What the page may read, below the root. */
const SERVED = ['dist/bench/', 'dist/wasm/', 'model/weights/', 'node_modules/onnxruntime-web/dist/']

/** A page of real Chromium, on one thread of its own. */
export async function startChromium(): Promise<Runtime> {
  await bundle('page', 'browser', [])
  const { server, port } = await serveFiles()
  const browser = await launchChromium()
  const page = await browser.newPage()
  page.setDefaultTimeout(0)
  await page.goto(`http://127.0.0.1:${port}/`)
  const call =
    <K extends keyof Bench>(method: K) =>
    (...args: Parameters<Bench[K]>) =>
      page.evaluate(
        async ({ method, args }) => {
          const bench = await globalThis.hrmBench
          return (bench[method] as (...args: unknown[]) => unknown)(...args)
        },
        { method, args },
      ) as Promise<Awaited<ReturnType<Bench[K]>>>
  const bench: RemoteBench = {
    describe: call('describe'),
    open: call('open'),
    time: call('time'),
    close: call('close'),
    solve: call('solve'),
  }
  return {
    name: `chromium ${browser.version()}`,
    bench,
    async stop() {
      await browser.close()
      server.close()
    },
  }
}

async function serveFiles() {
  const server = createServer(async (request, response) => {
    // isolated, so that performance.now() ticks in 5 microseconds instead of 100
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin')
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp')
    const path = normalize(new URL(request.url!, 'http://localhost').pathname).slice(1)
    if (path === '') {
      response.setHeader('Content-Type', 'text/html')
      response.end('<!doctype html><title>bench</title><script type="module" src="/dist/bench/page.js"></script>')
    } else if (SERVED.some((folder) => path.startsWith(folder))) {
      const bytes = await readFile(join(ROOT, path)).catch(() => undefined)
      response.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream')
      response.statusCode = bytes ? 200 : 404
      response.end(bytes)
    } else {
      response.statusCode = 404
      response.end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, port: (server.address() as AddressInfo).port }
}
