import type { SolveResult, Solver, SolveStep } from '../src/solve/types.ts'
import type { Lease, Room } from './admission.ts'
import { checkBudget } from './budget.ts'
import type { SolveLog } from './log.ts'
import { toProblemError } from './problem.ts'
import type { Service } from './service.ts'
import { solveLine, totalsOf } from './solve-log.ts'
import { canonicalBoard } from './task-of.ts'
import { turnsFor } from './turns.ts'

export interface SolveJob {
  solver: Solver
  request: { board: string; maxSteps: number; seed: number }
  /** Request id, for the log. */
  id: string
  signal: AbortSignal
  /** Whose places are counted together. */
  caller: string | undefined
  /** Whether the steps are sent on. */
  stream: boolean
  /** What it needs memory for. */
  room?: Room
  /** A place taken already. Default: the run takes one. */
  lease?: Lease
}

export type SolveRun = AsyncGenerator<SolveStep, SolveResult, void>

/**
 * Takes a place among those in flight for one solve. It yields its steps and returns the result, with a line in the log
 * however it ends; `return()` stops the work. Begin it at once: the place is given back when it ends.
 * @param job of `checkSolve`
 * @throws ProblemError `overloaded`
 */
export function runSolve(service: Service, job: SolveJob): SolveRun {
  const lease = job.lease ?? orLog(service, job, () => service.admission.acquire(job.room, job.caller))
  return stepsOf(service, job, lease)
}

/**
 * The job with its board in the task's own spelling, or a line in the log that says what is wrong with it.
 * @throws HrmError `board_*`; ProblemError `option_invalid`
 */
export function checkSolve(service: Service, job: SolveJob): SolveJob {
  const { solver, request } = job
  return orLog(service, job, () => {
    const { cost, size } = checkBudget(service.limits, solver, request.board, request.maxSteps)
    const board = canonicalBoard(solver, request.board)
    return { ...job, request: { ...request, board }, room: { size: `${solver.task} ${size}`, cost } }
  })
}

async function* stepsOf(service: Service, job: SolveJob, lease: Lease): SolveRun {
  const { solver, signal } = job
  const { board, maxSteps, seed } = job.request
  const start = service.clock?.()
  let steps: ReturnType<Solver['steps']> | undefined
  let spent: Pick<SolveLog, 'steps' | 'attempts' | 'solved' | 'outcome'> = { ...NOTHING, outcome: 'aborted' }
  try {
    const most = await turnsFor(service.limits, solver, board, 1, signal)
    await lease.turn({ most, signal })
    steps = solver.steps(board, { maxSteps, seed, signal })
    for (;;) {
      const next = await steps.next()
      if (next.done) {
        spent = { ...totalsOf([next.value]), outcome: 'done' }
        return next.value
      }
      spent = { ...spent, steps: next.value.step, attempts: next.value.attempt }
      yield next.value
    }
  } catch (error) {
    spent.outcome = toProblemError(error).code
    throw error
  } finally {
    lease.release()
    const ms = start === undefined ? {} : { ms: service.clock!() - start }
    service.log({ ...logOf(job), ...spent, ...ms })
    await steps?.return(undefined as never)
  }
}

/** What keeps a solve from beginning is its line in the log. */
function orLog<T>(service: Service, job: SolveJob, begin: () => T): T {
  try {
    return begin()
  } catch (error) {
    service.log({ ...logOf(job), ...NOTHING, outcome: toProblemError(error).code })
    throw error
  }
}

/** Runs to the end. */
export async function finish(run: SolveRun): Promise<SolveResult> {
  for (;;) {
    const next = await run.next()
    if (next.done) return next.value
  }
}

export function logCached(service: Service, job: SolveJob, result: SolveResult): void {
  service.log({ ...logOf(job), ...totalsOf([result]), outcome: 'done', cached: true })
}

const NOTHING = totalsOf([])

const logOf = ({ id, solver, request, stream }: SolveJob) =>
  solveLine({ id, solver, boards: 1, maxSteps: request.maxSteps, stream })
