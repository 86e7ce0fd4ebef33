import { lookup } from 'node:dns/promises'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createSolver } from '../../src/index.ts'
import { SHIPPED_TASKS } from '../../src/platform/platform.ts'
import type { CreateSolverOptions, Solver } from '../../src/solve/types.ts'
import { createApp } from '../app.ts'
import { memoryCache } from '../cache.ts'
import { parseApiKeys } from '../guard.ts'
import { type LocalJobs, openLocalJobs } from '../jobs/local/local-jobs.ts'
import { DEFAULT_LIMITS, type Limits } from '../limits.ts'
import { type Log, logToConsole } from '../log.ts'
import { counted, createMetrics } from '../metrics.ts'
import { proofOf } from '../readiness.ts'
import { isLoopbackAddress, loopbackOnly } from './loopback.ts'
import { type ListenOptions, listen, type RunningServer } from './server.ts'
import { staticFiles } from './static-files.ts'

export interface ServeOptions extends ListenOptions {
  /** How models are opened, and which: the one of its `task` or `weights`; without either all that ship. */
  solver?: CreateSolverOptions
  limits?: Partial<Limits>
  /** Built playground. Default: `dist/playground` of this package. */
  assetsDir?: string
  /** Hex SHA-256 hashes of the API keys that are let in, between white space or commas. Default: everyone is. */
  apiKeys?: string
  /** Folder for bulk jobs; a second process on it is refused. Without it their routes answer 501. */
  jobsDir?: string
  /** Default: JSON lines on the console. */
  log?: Log
}

const CACHED_RESULTS = 10_000

/**
 * Serves the HTTP API and the playground from Node. The models are loaded first, so a bad one fails at once.
 *
 * @throws HrmError `weights_*` and the like when the solver cannot be made; Error when the port cannot be had
 * @example
 * const server = await serve({ port: 8080 })
 * await server.close()
 */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const keys = parseApiKeys(options.apiKeys)
  // looked up here and not when it is bound, for the guard below has to know where a name leads
  const { address } = await lookup(options.hostname || '127.0.0.1')
  const assetsDir = options.assetsDir ?? fileURLToPath(new URL('../../dist/playground', import.meta.url))
  const opened = await openSolvers(options.solver)
  for (const solver of opened) proofOf(solver).catch(() => {}) // before anyone else's solve; `/ready` tells what fails
  const solvers = new Map(opened.map((solver) => [solver.task, async () => solver]))
  const dispose = () => {
    for (const solver of opened) solver.dispose()
  }
  const log = options.log ?? logToConsole
  const metrics = createMetrics()
  const { jobsDir } = options
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  let jobs: LocalJobs | undefined
  const app = createApp({
    solvers,
    jobs: () => jobs?.platform,
    limits,
    assets: existsSync(assetsDir) ? staticFiles(assetsDir) : undefined,
    cache: memoryCache(CACHED_RESULTS),
    apiKeys: () => keys,
    access: keys.length === 0 && isLoopbackAddress(address) ? loopbackOnly() : undefined,
    log,
    metrics,
    clock: () => performance.now(),
  })
  try {
    // for a file of boards over a slow line; headers still have to come at once
    const request = limits.uploadPace.totalMs
    const timeouts = { ...(jobsDir === undefined ? {} : { request }), ...options.timeouts }
    if (jobsDir !== undefined) jobs = openLocalJobs({ dir: jobsDir, solvers, log: counted(log, metrics) })
    const server = await listen(app, { ...options, hostname: address, timeouts }, limits.discard)
    return {
      port: server.port,
      async close() {
        jobs?.stop()
        await server.close(dispose)
        dispose()
        await jobs?.close() // not before: another process would take what requests still write for leftovers
      },
    }
  } catch (error) {
    dispose()
    await jobs?.close()
    throw error
  }
}

/** One after the other, so that what fails leaves nothing open. */
async function openSolvers(options: CreateSolverOptions = {}): Promise<Solver[]> {
  if (options.task !== undefined || options.weights !== undefined) return [await createSolver(options)]
  const opened: Solver[] = []
  try {
    for (const task of SHIPPED_TASKS) opened.push(await createSolver({ ...options, task }))
    return opened
  } catch (error) {
    for (const solver of opened) solver.dispose()
    throw error
  }
}
