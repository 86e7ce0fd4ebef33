import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { getRequestListener } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { createSolver } from '../src/index.ts'
import type { CreateSolverOptions } from '../src/solve/types.ts'
import { createApp } from './app.ts'
import { memoryCache } from './cache.ts'
import { parseApiKeys } from './guard.ts'
import type { Limits } from './limits.ts'
import type { Log } from './log.ts'
import { refuseConnection, refuseRequest } from './node-refusals.ts'

export interface ServeOptions {
  /** 0 for any free port. */
  port: number
  /** Default `127.0.0.1`; `0.0.0.0` or `::` to be reached from elsewhere. */
  hostname?: string
  /** Which model; default: the Sudoku model that ships. */
  solver?: CreateSolverOptions
  limits?: Partial<Limits>
  /** Built playground. Default: `dist/playground` of this package. */
  assetsDir?: string
  /** Hex SHA-256 hashes of the API keys that are let in, between white space or commas. Default: everyone is. */
  apiKeys?: string
  log?: Log
  timeouts?: Partial<Timeouts>
}

/** Milliseconds. */
export interface Timeouts {
  /** For all headers to arrive. */
  headers: number
  /** For a whole request to arrive. */
  request: number
  /** Without a byte either way: a client that stopped reading. Longer than any solve within the limits. */
  idle: number
  /** For running solves, once the server is told to close. */
  close: number
}

const DEFAULT_TIMEOUTS: Timeouts = { headers: 10_000, request: 30_000, idle: 600_000, close: 5_000 }
const CACHED_RESULTS = 10_000

export interface RunningServer {
  port: number
  /** Takes no new connection, lets running requests end, then frees the model. */
  close(): Promise<void>
}

/**
 * Serves the HTTP API and the playground from Node.
 *
 * @throws HrmError `weights_*` and the like when the model cannot be made; Error when the port is taken
 * @example
 * const server = await serve({ port: 8080 })
 * await server.close()
 */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts }
  const keys = parseApiKeys(options.apiKeys)
  const assetsDir = options.assetsDir ?? fileURLToPath(new URL('../dist/playground', import.meta.url))
  const solver = await createSolver(options.solver)
  const app = createApp({
    solvers: new Map([[solver.task, async () => solver]]),
    limits: options.limits,
    assets: existsSync(assetsDir) ? serveStatic({ root: assetsDir }) : undefined,
    cache: memoryCache(CACHED_RESULTS),
    apiKeys: () => keys,
    log: options.log,
    clock: () => performance.now(),
  })

  const server = createServer(
    {
      headersTimeout: timeouts.headers,
      requestTimeout: timeouts.request,
      connectionsCheckingInterval: Math.min(timeouts.headers, timeouts.request) / 2,
    },
    getRequestListener(app.fetch, { overrideGlobalObjects: false, errorHandler: refuseRequest }),
  )
  server.timeout = timeouts.idle
  server.on('clientError', refuseConnection)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.hostname ?? '127.0.0.1', resolve)
  }).catch((error) => {
    solver.dispose()
    throw error
  })

  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const lastCall = setTimeout(() => server.closeAllConnections(), timeouts.close)
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
      })
      clearTimeout(lastCall)
      solver.dispose()
    },
  }
}
