import { DurableObject } from 'cloudflare:workers'
import type { DurableObjectState } from '@cloudflare/workers-types'
import { createLedger } from './ledger-sql.ts'
import { parseJobTimes } from './parse-job-times.ts'
import type {
  ChunkMessage,
  ChunkPlace,
  ChunkTotals,
  ChunkWork,
  Failure,
  JobFiles,
  JobLedger,
  NewJob,
} from './platform.ts'
import { deleteFilesOf } from './platform.ts'
import type { JobStatus } from './schemas.ts'

interface JobObjectBindings {
  JOB_FILES: JobFiles
  JOB_QUEUE: { sendBatch(messages: { body: ChunkMessage }[]): Promise<unknown> }
  /** See `parseJobTimes`. */
  JOB_TIMES?: string
}

/** Most that one call may send. */
const SEND_AT_ONCE = 100
const RETRY_MS = 10_000

/**
 * The ledger of one job, and the one who fills the queue. Chunks are sent by the alarm, which the platform runs until
 * it succeeds: what was once written here will be sent, whoever was killed meanwhile.
 */
export class JobObject extends DurableObject<JobObjectBindings> implements JobLedger {
  readonly #ledger

  constructor(ctx: DurableObjectState, env: JobObjectBindings) {
    super(ctx, env)
    this.#ledger = createLedger(ctx.storage.sql, parseJobTimes(env.JOB_TIMES))
    ctx.blockConcurrencyWhile(() => this.#wakeInTime())
  }

  /** The alarm may be later than the times say now, lost, or, while it runs, none. */
  async #wakeInTime(): Promise<void> {
    const look = this.#ledger.nextLook()
    const alarm = await this.ctx.storage.getAlarm()
    if (look !== undefined && (alarm === null || alarm > look)) await this.ctx.storage.setAlarm(look)
  }

  async create(job: NewJob): Promise<JobStatus> {
    this.ctx.storage.transactionSync(() => this.#ledger.create(job))
    await this.ctx.storage.setAlarm(Date.now())
    return this.#ledger.status()!
  }

  async status(): Promise<JobStatus | undefined> {
    return this.#ledger.status()
  }

  async claim(chunk: number): Promise<ChunkWork | undefined> {
    return this.#ledger.claim(chunk)
  }

  async complete(chunk: number, totals: ChunkTotals): Promise<boolean> {
    return this.#ledger.complete(chunk, totals)
  }

  async note(chunk: number, failure: Failure): Promise<void> {
    this.#ledger.note(chunk, failure)
  }

  async fail(chunk: number): Promise<void> {
    this.#ledger.fail(chunk)
  }

  async chunks(): Promise<ChunkPlace[]> {
    return this.#ledger.chunks()
  }

  async cancel(): Promise<JobStatus | undefined> {
    this.#ledger.cancel()
    const status = this.#ledger.status()
    if (status) await this.ctx.storage.setAlarm(Date.now())
    return status
  }

  override async alarm(): Promise<void> {
    try {
      await this.#work()
    } catch (error) {
      // an alarm that throws is tried six times and then never again
      console.error(JSON.stringify({ event: 'error', id: this.#ledger.jobId(), message: String(error) }))
      await this.ctx.storage.setAlarm(Date.now() + RETRY_MS)
    }
  }

  async #work(): Promise<void> {
    const due = this.#ledger.due()
    const job = this.#ledger.jobId()
    if (due !== 'nothing' && job !== undefined) await deleteFilesOf(this.env.JOB_FILES, job)
    if (due === 'delete all') {
      await this.ctx.storage.deleteAll()
      return
    }
    for (;;) {
      const chunks = this.#ledger.waiting(SEND_AT_ONCE)
      if (chunks.length === 0) break
      await this.env.JOB_QUEUE.sendBatch(chunks.map((chunk) => ({ body: { job: job!, chunk } })))
      this.#ledger.markSent(chunks)
    }
    await this.#wakeInTime() // a job that was cancelled meanwhile is to be looked at now
  }
}
