import { createSolver as create } from './solve/create-solver.ts'
import type { CreateSolverOptions, Solver } from './solve/types.ts'

export { HRM_ERROR_CODES, HrmError } from './errors.ts'
export type * from './public-types.ts'

/**
 * Loads a model and makes it ready to solve.
 *
 * @example
 * const solver = await createSolver({ task: 'sudoku' })
 * const { status, solution } = await solver.solve('53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79')
 * solver.dispose()
 *
 * @throws HrmError `weights_*`, `task_unknown`, `task_mismatch`, `engine_unavailable`,
 * `engine_fetch`, `option_invalid`, `aborted`
 */
export async function createSolver(options: CreateSolverOptions = {}): Promise<Solver> {
  return create(options)
}
