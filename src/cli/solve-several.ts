import { isHrmError } from '../errors.ts'
import type { SolveResult, Solver } from '../index.ts'
import { createProgress } from './progress.ts'

export interface SeveralOptions {
  maxSteps: number
  seed: number
  /** Boards solved side by side; their results are told together. */
  atOnce: number
  /** Is told of every board, in the order of the boards. */
  onResult: (result: SolveResult, index: number) => void
}

export interface Several {
  /** Those that were told. */
  results: SolveResult[]
  /** Whether SIGINT, or that stdout takes nothing more, left boards or their results behind. */
  ended: 'done' | 'interrupted' | 'closed'
}

/**
 * Solves boards, with progress on stderr, until one of two things ends it after the step in work: SIGINT (Ctrl-C), a
 * second of which ends the process; or that stdout is closed, as by `head`, for the rest would be computed for nobody.
 */
export async function solveSeveral(
  solver: Solver,
  boards: readonly string[],
  { maxSteps, seed, atOnce, onResult }: SeveralOptions,
): Promise<Several> {
  const progress = createProgress('solving', boards.length)
  const results: SolveResult[] = []
  let solved = 0
  const controller = new AbortController()
  const { signal } = controller
  let ended: Several['ended'] = 'done'
  const end = (why: Several['ended']) => {
    ended = why
    controller.abort()
  }
  const interrupt = () => end('interrupted')
  const close = () => end('closed')
  process.once('SIGINT', interrupt)
  process.stdout.once('error', close)
  try {
    while (results.length < boards.length) {
      const [from, before] = [results.length, solved]
      const onProgress = (part: { done: number; solved: number }) => {
        solved = before + part.solved
        progress.update(from + part.done, `${solved} solved`)
      }
      const part = boards.slice(from, from + atOnce)
      const told = await solver.solveBatch(part, { maxSteps, seed, signal, onProgress })
      // What is told may go to the same terminal.
      progress.end()
      for (const result of told) onResult(result, results.push(result) - 1)
      progress.update(results.length, `${solved} solved`)
    }
  } catch (error) {
    if (!(isHrmError(error) && error.code === 'aborted')) throw error
  } finally {
    progress.end()
    process.off('SIGINT', interrupt)
    process.stdout.off('error', close)
  }
  return { results, ended }
}
