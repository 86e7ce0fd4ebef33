import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { HrmError } from '../../errors.ts'
import type { ThreadReply } from './eval-thread.ts'
import type { EvaluatorOptions, RowResult } from './evaluator.ts'
import type { EvalRow } from './rows.ts'

/** The thread's file stands beside this one, in the sources and in the bundle. */
const THREAD = new URL(`./eval-thread${extname(import.meta.url)}`, import.meta.url)
/** Rows handed out at once, at most: a thread must not keep the last rows while the others have none. */
const MAX_CHUNK = 64

/**
 * Evaluates rows on `threads` threads. The results do not depend on how many: every row is a solve of its own.
 * @param onRow called whenever a row is done, in no particular order
 * @throws HrmError what a thread threw; the others are stopped
 */
export async function evaluateOnThreads(
  rows: readonly EvalRow[],
  threads: number,
  options: EvaluatorOptions,
  onRow: () => void,
): Promise<RowResult[]> {
  const results = new Array<RowResult>(rows.length)
  let next = 0
  const takeChunk = (): number[] => {
    const size = Math.min(MAX_CHUNK, Math.max(options.slots, Math.ceil((rows.length - next) / (threads * 4))))
    const from = next
    next = Math.min(rows.length, next + size)
    return Array.from({ length: next - from }, (_, i) => from + i)
  }
  const workers = Array.from(
    { length: Math.min(threads, rows.length) },
    () => new Worker(THREAD, { workerData: options }),
  )
  try {
    await Promise.all(
      workers.map(async (worker) => {
        for (let chunk = takeChunk(); chunk.length > 0; chunk = takeChunk()) {
          const part = await ask(
            worker,
            chunk.map((i) => rows[i]),
            onRow,
          )
          chunk.forEach((row, i) => {
            results[row] = part[i]
          })
        }
      }),
    )
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
  return results
}

function ask(worker: Worker, rows: readonly EvalRow[], onRow: () => void): Promise<RowResult[]> {
  return new Promise((resolve, reject) => {
    const onError = (error: unknown) => settle(() => reject(error))
    const onExit = (code: number) =>
      settle(() => reject(new HrmError('engine_failed', `a thread ended by itself, code ${code}`)))
    const onMessage = (reply: ThreadReply) => {
      if (reply.type === 'row') onRow()
      else if (reply.type === 'results') settle(() => resolve(reply.results))
      else settle(() => reject(reply.code ? new HrmError(reply.code, reply.message) : new Error(reply.message)))
    }
    // One by one: removeAllListeners would also take Node's own, which start the port for the next listener.
    const settle = (finish: () => void) => {
      worker.off('error', onError).off('exit', onExit).off('message', onMessage)
      finish()
    }
    worker.on('error', onError).on('exit', onExit).on('message', onMessage)
    worker.postMessage(rows)
  })
}
