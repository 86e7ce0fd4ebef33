import { env } from 'cloudflare:workers'
import type { Context, MiddlewareHandler } from 'hono'
import { createSolver } from '../src/index.ts'
import { SHIPPED_TASKS } from '../src/platform/platform.ts'
import { createApp } from './app.ts'
import { platformCache } from './cache.ts'
import { type DataPoint, toDataPoint } from './data-point.ts'
import { parseApiKeys } from './guard.ts'
import { type Batch, consume, type Deadline } from './jobs/consumer.ts'
import { parseJobTimes } from './jobs/parse-job-times.ts'
import type { ChunkMessage, JobFiles, JobLedger, JobPlatform } from './jobs/platform.ts'
import { type Log, logToConsole } from './log.ts'
import { counted, createMetrics } from './metrics.ts'
import { proved } from './readiness.ts'
import { type GetSolver, lazySolver } from './service.ts'

export { JobObject } from './jobs/job-object.ts'

/** What wrangler.toml binds. */
interface Bindings {
  ASSETS?: { fetch(request: Request): Promise<Response> }
  RATE_LIMITER?: { limit(options: { key: string }): Promise<{ success: boolean }> }
  /** Secret: hex SHA-256 hashes of the keys that are let in. */
  API_KEYS_SHA256?: string
  /** Bulk jobs need all three. */
  JOB_FILES?: JobFiles
  JOB_LEDGERS?: { idFromName(name: string): object; get(id: object): JobLedger }
  JOB_QUEUE?: { send(message: ChunkMessage, options: { delaySeconds: number }): Promise<unknown> }
  /** For the ledgers; see `parseJobTimes`. */
  JOB_TIMES?: string
  /** Workers Analytics Engine. */
  ANALYTICS?: { writeDataPoint(point: DataPoint): void }
}

const bindingsOf = (c: Context): Bindings => c.env

const assets: MiddlewareHandler = async function serveAssets(c, next) {
  if (c.req.method !== 'GET' && c.req.method !== 'HEAD') return next()
  const response = await bindingsOf(c).ASSETS?.fetch(c.req.raw)
  if (!response || response.status === 404) return next()
  return new Response(response.body, response) // a copy: headers of a fetched response cannot be changed
}

/** @throws HrmError `usage` where the ledgers would fail for wrong times: here it is told by its code */
function jobsOf({ JOB_FILES, JOB_LEDGERS, JOB_QUEUE, JOB_TIMES }: Bindings): JobPlatform | undefined {
  if (!JOB_FILES || !JOB_LEDGERS || !JOB_QUEUE) return undefined
  parseJobTimes(JOB_TIMES)
  return { files: JOB_FILES, ledger: (job) => JOB_LEDGERS.get(JOB_LEDGERS.idFromName(job)) }
}

/** Boards of one size side by side, of large ones fewer. An isolate has 128 MB, and four Sudokus take 3, and 16 for searches. */
const SLOTS = 4

const solvers = new Map<string, GetSolver>(
  SHIPPED_TASKS.map((task) => [task, lazySolver(async () => proved(await createSolver({ task, slots: SLOTS })))]),
)

const log: Log = (line) => {
  logToConsole(line)
  ;(env as Bindings).ANALYTICS?.writeDataPoint(toDataPoint(line))
}
const metrics = createMetrics()

/** Cloudflare gives a consumer of a queue 15 minutes; what is left over is for R2 and the ledger. */
const CHUNK_MS = 12 * 60 * 1000
const RESEND_SECONDS = 60

const deadlineOf = ({ JOB_QUEUE }: Bindings): Deadline => ({
  ms: CHUNK_MS,
  resend: (message) => JOB_QUEUE!.send(message, { delaySeconds: RESEND_SECONDS }),
})

const app = createApp({
  solvers,
  limits: { discard: { bytes: 0, ms: 0 } }, // the platform takes what still comes of a body
  log,
  metrics,
  assets,
  cache: platformCache(() => (caches as unknown as { default: Cache }).default),
  jobs: (c) => jobsOf(bindingsOf(c)),
  apiKeys: (c) => parseApiKeys(bindingsOf(c).API_KEYS_SHA256),
  rateLimit: async (c, caller) => (await bindingsOf(c).RATE_LIMITER?.limit({ key: caller }))?.success ?? true,
})

/** The Cloudflare Worker. */
export default {
  fetch: app.fetch,
  async queue(batch: Batch, bindings: Bindings): Promise<void> {
    const options = { solvers, log: counted(log, metrics), deadline: deadlineOf(bindings) }
    await consume(batch, jobsOf(bindings)!, options)
  },
}
