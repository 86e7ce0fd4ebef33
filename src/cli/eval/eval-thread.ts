import { parentPort, workerData } from 'node:worker_threads'
import { HrmError, type HrmErrorCode } from '../../errors.ts'
import { createEvaluator, type EvaluatorOptions, type RowResult } from './evaluator.ts'
import type { EvalRow } from './rows.ts'

/** From the pool: rows to evaluate. To it: that one more row is solved, all results, or what went wrong. */
export type ThreadReply =
  | { type: 'row' }
  | { type: 'results'; results: RowResult[] }
  | { type: 'error'; code?: HrmErrorCode; message: string }

const port = parentPort!
const reply = (message: ThreadReply) => port.postMessage(message)
const evaluator = createEvaluator(workerData as EvaluatorOptions)
// Reported with the first rows, which always come.
evaluator.catch(() => {})

port.on('message', async (rows: EvalRow[]) => {
  try {
    reply({ type: 'results', results: await (await evaluator).evaluate(rows, () => reply({ type: 'row' })) })
  } catch (error) {
    // A thrown class would arrive as a plain Error, without its code.
    const code = error instanceof HrmError ? error.code : undefined
    reply({ type: 'error', code, message: error instanceof Error ? error.message : String(error) })
  }
})
