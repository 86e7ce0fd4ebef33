import { extname } from 'node:path'
import { HrmError } from '../../errors.ts'
import { Link } from '../../threads/link.ts'
import { startScript } from '../../threads/node-thread.ts'
import { request } from '../../threads/request.ts'
import { shareOut } from '../../threads/share-out.ts'
import type { EvalRequest } from './eval-thread.ts'
import type { EvaluatorOptions, RowResult } from './evaluator.ts'
import type { EvalRow } from './rows.ts'

/** The thread's file stands beside this one, in the sources and in the bundle. */
const THREAD = new URL(`./eval-thread${extname(import.meta.url)}`, import.meta.url)

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
  const links = Array.from({ length: Math.min(threads, rows.length) }, () => new Link(startScript(THREAD)))
  try {
    const create: EvalRequest = { type: 'create', options }
    await Promise.all(links.map((link) => request(link, create)))
    await shareOut(rows.length, links, async (link, from, to, signal) => {
      const message: EvalRequest = { type: 'evaluate', rows: rows.slice(from, to) }
      const part = await request<RowResult[]>(link, message, { signal, onProgress: onRow })
      part.forEach((result, i) => {
        results[from + i] = result
      })
    })
  } finally {
    for (const link of links) link.close(new HrmError('disposed', 'the evaluation has ended'))
  }
  return results
}
