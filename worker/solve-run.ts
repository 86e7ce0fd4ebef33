import type { SolveResult, Solver, SolveStep } from '../src/solve/types.ts'
import type { Lease } from './admission.ts'
import { checkBudget } from './budget.ts'
import type { SolveLog } from './log.ts'
import { toProblemError } from './problem.ts'
import type { Service } from './service.ts'

export interface SolveJob {
  solver: Solver
  request: { board: string; maxSteps: number; seed: number }
  /** Request id, for the log. */
  id: string
  signal: AbortSignal
  /** Whether the steps are sent on. */
  stream: boolean
  /** A place taken already. Default: the run takes one. */
  lease?: Lease
}

export type SolveRun = AsyncGenerator<SolveStep, SolveResult, void>

/**
 * One solve with a place among those in flight and a line in the log, however it ends. Yields its steps and returns
 * the result; `return()` stops the work.
 */
export async function* runSolve(service: Service, job: SolveJob): SolveRun {
  const { solver, signal } = job
  const { board, maxSteps, seed } = job.request
  const start = service.clock?.()
  let { lease } = job
  let steps: ReturnType<Solver['steps']> | undefined
  let spent: Pick<SolveLog, 'steps' | 'attempts' | 'solved' | 'outcome'> = {
    steps: 0,
    attempts: 0,
    solved: 0,
    outcome: 'aborted',
  }
  try {
    // reads the board: a bad one is told so however busy the service is
    checkBudget(service.limits, solver, board, maxSteps)
    steps = solver.steps(board, { maxSteps, seed, signal })
    lease ??= service.admission.acquire()
    for (;;) {
      const next = await steps.next()
      if (next.done) {
        spent = { ...countsOf(next.value), outcome: 'done' }
        return next.value
      }
      spent = { ...spent, steps: next.value.step, attempts: next.value.attempt }
      yield next.value
    }
  } catch (error) {
    spent.outcome = toProblemError(error).code
    throw error
  } finally {
    lease?.release()
    const ms = start === undefined ? {} : { ms: service.clock!() - start }
    service.log({ ...logOf(job), ...spent, ...ms })
    await steps?.return(undefined as never)
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
  service.log({ ...logOf(job), ...countsOf(result), outcome: 'done', cached: true })
}

const countsOf = ({ steps, attempts, status }: SolveResult) => ({
  steps,
  attempts,
  solved: status === 'solved' ? 1 : 0,
})

const logOf = ({ id, solver, request, stream }: SolveJob) => ({
  event: 'solve' as const,
  id,
  task: solver.task,
  model: solver.model.name,
  boards: 1,
  maxSteps: request.maxSteps,
  cached: false,
  stream,
})
