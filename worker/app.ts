import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context, MiddlewareHandler } from 'hono'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { requestId } from 'hono/request-id'
import { createAdmission } from './admission.ts'
import { keepHashedFiles, refuseOtherMethods } from './assets.ts'
import type { ResultCache } from './cache.ts'
import { crossOrigin } from './cross-origin.ts'
import { type GuardOptions, guard } from './guard.ts'
import type { JobPlatform } from './jobs/platform.ts'
import { DEFAULT_LIMITS, type Limits } from './limits.ts'
import { errorLog, isFault, type Log, logToConsole } from './log.ts'
import { counted, countResponses, createMetrics, type Metrics } from './metrics.ts'
import { noStore } from './no-store.ts'
import { ProblemError, problemResponse, toProblemError } from './problem.ts'
import { revalidate } from './revalidate.ts'
import { addBatch } from './routes/batch.ts'
import { addCatalogue } from './routes/catalogue.ts'
import { addDocuments } from './routes/documents.ts'
import { addHealth } from './routes/health.ts'
import { addJobs } from './routes/jobs.ts'
import { addMetrics } from './routes/metrics.ts'
import { addSolve } from './routes/solve.ts'
import { securityHeaders } from './security.ts'
import type { AppEnv, GetSolver, Service } from './service.ts'
import { refuseInvalid } from './validation.ts'

export interface AppOptions extends GuardOptions {
  /** By task name; see `lazySolver`, and `proved` where `/ready` is asked under load. */
  solvers: ReadonlyMap<string, GetSolver>
  limits?: Partial<Limits>
  /** Serves files for what no route matches; calls `next` where it has none. */
  assets?: MiddlewareHandler
  cache?: ResultCache
  /** Says who may call at all, as `loopbackOnly` does. Default: everyone. */
  access?: MiddlewareHandler
  /** What bulk jobs run on, by the bindings of the request. Without it their routes answer 501. */
  jobs?: (c: Context) => JobPlatform | undefined
  /** Default: one JSON line on the console. */
  log?: Log
  /** What answers and lines of the log are counted in; whoever logs beside the app counts there too. Default: its own. */
  metrics?: Metrics
  /** Milliseconds, where a clock runs during compute (not in a deployed Worker): adds Server-Timing. */
  clock?: () => number
}

/**
 * The HTTP service, the same in a Worker and in Node.
 *
 * @example
 * const app = createApp({ solvers: new Map([['sudoku', lazySolver(() => createSolver({ task: 'sudoku' }))]]) })
 * const response = await app.request('/health')
 */
export function createApp(options: AppOptions) {
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const metrics = options.metrics ?? createMetrics()
  const service: Service = {
    solvers: options.solvers,
    limits,
    admission: createAdmission({
      max: limits.maxInFlight,
      maxEach: Math.ceil(limits.maxInFlight / 2),
      maxRoom: limits.maxRoom,
      leaseMs: limits.leaseMs,
      what: 'solves',
      onLost() {
        for (const solver of options.solvers.values()) solver.renew?.()
      },
    }),
    uploads: createAdmission({
      max: limits.maxUploads,
      maxEach: Math.ceil(limits.maxUploads / 2),
      leaseMs: limits.leaseMs,
      what: 'uploads',
    }),
    jobs: options.jobs,
    cache: options.cache,
    log: counted(options.log ?? logToConsole, metrics),
    clock: options.clock,
  }
  const app = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })

  app.use(countResponses(metrics), requestId({ limitLength: 128 }), securityHeaders())
  if (options.access) app.use(options.access)
  app.use(crossOrigin(), methodNotAllowed({ app, onMethodNotAllowed: refuseMethod }))
  // a pattern that ends in /* takes in the path before it too
  for (const path of ['/v1/solve/*', '/v1/jobs/*', '/metrics']) app.use(path, guard(options))
  for (const path of ['/v1/solve/*', '/v1/jobs/*', '/metrics', '/health', '/ready']) app.use(path, noStore)
  for (const path of ['/v1/models/*', '/v1/tasks', '/openapi.json', '/docs']) app.use(path, revalidate())

  addSolve(app, service)
  addBatch(app, service)
  addJobs(app, service)
  addCatalogue(app, service)
  addHealth(app, service)
  addMetrics(app, service, metrics)
  addDocuments(app)
  if (options.assets) app.use(refuseOtherMethods(options.assets, refuseMethod), keepHashedFiles, options.assets)

  app.notFound((c) => problemResponse(c, new ProblemError('not_found', 'No route has this path.')))
  app.onError((error, c) => {
    const problem = toProblemError(error)
    if (isFault(problem)) service.log(errorLog(c.get('requestId'), problem.code, error))
    return problemResponse(c, problem)
  })
  return app
}

function refuseMethod(c: Context, methods: string[]): Response {
  const allow = [...methods, 'OPTIONS'].join(', ')
  if (c.req.method === 'OPTIONS') {
    const response = c.body(null, 204, { Allow: allow })
    response.headers.delete('Content-Type') // that of the 404 that it stands for
    return response
  }
  const detail = `${c.req.method} is not allowed here, only ${allow}.`
  return problemResponse(c, new ProblemError('method_not_allowed', detail, { headers: { Allow: allow } }))
}
