import { HrmError } from '../src/errors.ts'
import type { SolveResult, Solver } from '../src/solve/types.ts'
import type { Lease } from './admission.ts'
import { checkBudget, mostSteps } from './budget.ts'
import type { SolveLog } from './log.ts'
import { ProblemError, toProblemError } from './problem.ts'
import type { Service } from './service.ts'
import { solveLine, totalsOf } from './solve-log.ts'
import { turnsFor } from './turns.ts'

export interface BatchJob {
  solver: Solver
  request: { boards: readonly string[]; maxSteps?: number; seed: number }
  /** Request id, for the log. */
  id: string
  signal: AbortSignal
  /** Whose places are counted together. */
  caller: string | undefined
}

/**
 * Solves the boards on one shared budget, group by group. A board of a group may spend the budget that is left, divided by
 * the boards that are left: never less than its equal part of the whole. On a processor a group has `turnsEach` boards,
 * whoever asks and however many of them there are slots for: a request has one answer. A GPU computes a group as large as
 * there are slots for. The largest board says how many those are, and how many steps there may be in all, as if every board
 * were of its size. A line in the log, however it ends.
 * @throws ProblemError `board_*`, `option_invalid` naming the board, before anything is computed
 */
export async function runBatch(service: Service, job: BatchJob): Promise<SolveResult[]> {
  const { solver, signal } = job
  const { boards, seed } = job.request
  const { limits } = service
  const start = service.clock?.()
  const results: SolveResult[] = []
  let maxSteps = job.request.maxSteps ?? limits.maxSteps
  let outcome: SolveLog['outcome'] = 'done'
  let lease: Lease | undefined
  try {
    const checked = checkBoards(service, job)
    const cost = Math.max(...checked.map((board) => board.cost))
    const largest = boards[checked.findIndex((board) => board.cost === cost)]
    const sizes = new Set(checked.map(({ size }) => size))
    maxSteps = job.request.maxSteps ?? mostSteps(limits, cost)
    if (maxSteps < boards.length) {
      throw new HrmError(
        'option_invalid',
        `maxSteps is ${maxSteps}: less than a step for each of ${boards.length} boards`,
      )
    }
    // several sizes come one after another, in a room of their own: the id is the client's, and may be anyone's
    const size = sizes.size === 1 ? `${solver.task} ${[...sizes][0]}` : Symbol(job.id)
    lease = service.admission.acquire({ size, cost }, job.caller)
    let width = await turnsFor(limits, solver, largest, boards.length, signal)
    await lease.turn({ wanted: boards.length, most: width, signal })
    let left = maxSteps
    while (results.length < boards.length) {
      const rest = boards.length - results.length
      // a GPU may have been lost, and auto leaves a few boards to the processor
      if (width > limits.turnsEach) width = Math.min(width, await turnsFor(limits, solver, largest, rest, signal))
      const share = Math.floor(left / rest)
      const group = boards.slice(results.length, results.length + Math.max(width, limits.turnsEach))
      for (let i = 0; i < group.length; i += width) {
        const solved = await solver.solveBatch(group.slice(i, i + width), { maxSteps: share, seed, signal })
        results.push(...solved)
        left -= totalsOf(solved).steps
      }
    }
    return results
  } catch (error) {
    outcome = toProblemError(error).code
    throw error
  } finally {
    lease?.release()
    service.log({
      ...solveLine({ id: job.id, solver, boards: boards.length, maxSteps }),
      ...totalsOf(results),
      outcome,
      ...(start === undefined ? {} : { ms: service.clock!() - start }),
    })
  }
}

/** What a step on each board costs, and its size. */
function checkBoards(
  { limits }: Service,
  { solver, request: { boards, maxSteps = 1 } }: BatchJob,
): ReturnType<typeof checkBudget>[] {
  return boards.map((text, board) => {
    try {
      return checkBudget(limits, solver, text, maxSteps)
    } catch (error) {
      const { code, message, extras, kind } = toProblemError(error)
      if (kind.status !== 422) throw error
      throw new ProblemError(code, `Board ${board + 1}: ${message}`, { extras: { ...extras, board }, cause: error })
    }
  })
}
