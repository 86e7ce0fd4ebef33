import { z } from '@hono/zod-openapi'
import type { SolveResult } from '../../src/solve/types.ts'
import { errorLog, type Log } from '../log.ts'
import { toProblemError } from '../problem.ts'
import type { GetSolver } from '../service.ts'
import { solveLine, totalsOf } from '../solve-log.ts'
import {
  boardsKey,
  type ChunkMessage,
  type ChunkWork,
  type Failure,
  type JobFiles,
  type JobPlatform,
  resultsKey,
} from './platform.ts'
import type { JobResult } from './schemas.ts'

/** The part of a queue's batch that is used. */
export interface Batch {
  readonly queue: string
  readonly messages: readonly {
    readonly body: unknown
    /** 1 for the first delivery. */
    readonly attempts: number
    ack(): void
    retry(options?: { delaySeconds?: number }): void
  }[]
}

export interface ConsumerOptions {
  solvers: ReadonlyMap<string, GetSolver>
  log: Log
  /** Where the platform ends an invocation after some time, however little of that was computed. */
  deadline?: Deadline
}

export interface Deadline {
  /** Milliseconds until a chunk is stopped. Whoever the platform ends instead keeps the slots that they have for ever. */
  ms: number
  /** Sends the chunk anew, for later: that the core was busy is no fault of its boards, and counts as no try. */
  resend(message: ChunkMessage): Promise<unknown>
}

/** The queue of what no try could solve is told apart by the end of its name. */
const DEAD = '-dead'

const BUSY: Failure = { code: 'overloaded', detail: 'The service was too busy each time.' }

const chunkMessage = z.object({ job: z.string().min(1), chunk: z.int().min(0) })

/**
 * Solves the chunks of a batch, or settles those that no try could solve. A message is acknowledged only once its
 * results are stored and the ledger knows: whatever kills this, the queue delivers it again.
 */
export async function consume(batch: Batch, platform: JobPlatform, options: ConsumerOptions): Promise<void> {
  for (const message of batch.messages) {
    const { success, data, error } = chunkMessage.safeParse(message.body)
    if (!success) {
      options.log(errorLog('queue', 'internal_error', error))
      message.ack()
      continue
    }
    if (batch.queue.endsWith(DEAD)) {
      await platform.ledger(data.job).fail(data.chunk)
      message.ack()
      continue
    }
    try {
      await solveChunk(data, platform, options)
      message.ack()
    } catch (error) {
      const { code, message: detail } = toProblemError(error)
      options.log(errorLog(nameOf(data), code, error))
      // the ledger may be what failed; the next try matters more than the reason
      await platform
        .ledger(data.job)
        .note(data.chunk, { code, detail })
        .catch(() => {})
      message.retry({ delaySeconds: 2 ** message.attempts })
    }
  }
}

async function solveChunk(message: ChunkMessage, platform: JobPlatform, { solvers, log, deadline }: ConsumerOptions) {
  const { job, chunk } = message
  const ledger = platform.ledger(job)
  const work = await ledger.claim(chunk)
  if (!work) return
  const boards = await readBoards(platform.files, job, work)
  const getSolver = solvers.get(work.task)
  if (!boards) throw new Error(`boards ${work.first} to ${work.first + work.boards - 1} of the job are not stored`)
  if (!getSolver) throw new Error(`the job's task ${work.task} is not served`)
  const solver = await getSolver()
  const { maxSteps, seed } = work
  const line = solveLine({ id: nameOf(message), solver, boards: boards.length, maxSteps })
  const results = await within(deadline, (signal) => solver.solveBatch(boards, { maxSteps, seed, signal }))
  if (!results) {
    await ledger.note(chunk, BUSY)
    await deadline!.resend(message)
    log({ ...line, ...totalsOf([]), outcome: 'overloaded' })
    return
  }
  await platform.files.put(
    resultsKey(job, chunk),
    results.map((result, i) => resultLine(work, boards, i, result)).join(''),
  )

  const totals = totalsOf(results)
  const isWanted = await ledger.complete(chunk, totals)
  if (!isWanted) await platform.files.delete(resultsKey(job, chunk))
  log({ ...line, ...totals, outcome: isWanted ? 'done' : 'job_gone' })
}

/** `undefined` when the time was over first. */
async function within<T>(
  deadline: Deadline | undefined,
  work: (signal?: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  if (!deadline) return work()
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), deadline.ms)
  try {
    return await work(stop.signal)
  } catch (error) {
    if (stop.signal.aborted) return undefined
    throw error
  } finally {
    clearTimeout(timer)
  }
}

const nameOf = ({ job, chunk }: ChunkMessage) => `${job}/${chunk}`

function resultLine(work: ChunkWork, boards: readonly string[], i: number, result: SolveResult): string {
  const { status, solution, steps, attempts, verified, model } = result
  const row: JobResult = { index: work.first + i, board: boards[i], status, solution, steps, attempts, verified, model }
  return `${JSON.stringify(row)}\n`
}

/** The boards of a chunk; undefined when they are not all there. */
export async function readBoards(
  files: JobFiles,
  job: string,
  { offset, length, boards }: Pick<ChunkWork, 'offset' | 'length' | 'boards'>,
): Promise<string[] | undefined> {
  const text = await (await files.get(boardsKey(job), { range: { offset, length } }))?.text()
  const lines = text?.split('\n').filter((json) => json !== '') ?? []
  try {
    return lines.length === boards ? lines.map((json) => JSON.parse(json) as string) : undefined
  } catch {
    return undefined // not what was stored there
  }
}
