import type { SolveResult, Solver } from '../src/solve/types.ts'
import type { SolveLog } from './log.ts'

type Totals = Pick<SolveLog, 'solved' | 'steps' | 'attempts'>

/** What results come to. */
export function totalsOf(results: readonly SolveResult[]): Totals {
  const totals = { solved: 0, steps: 0, attempts: 0 }
  for (const { status, steps, attempts } of results) {
    if (status === 'solved') totals.solved++
    totals.steps += steps
    totals.attempts += attempts
  }
  return totals
}

interface Solve {
  id: string
  solver: Solver
  /** How many. */
  boards: number
  maxSteps: number
  stream?: boolean
}

/** The line of a solve, but for what came of it. */
export const solveLine = ({ id, solver, boards, maxSteps, stream = false }: Solve) => ({
  event: 'solve' as const,
  id,
  task: solver.task,
  model: solver.model.name,
  boards,
  maxSteps,
  cached: false,
  stream,
})
