import { mostSteps, stepCost } from '../budget.ts'
import { DEFAULT_LIMITS } from '../limits.ts'
import type { Face } from './face.ts'
import { pageSolver } from './page-solver.ts'

/**
 * As many of these steps as the service takes for a board of this size. All of them where the page has no model that would
 * tell what a step costs: then the service says so itself, as one does whose operator lowered the limits.
 */
export async function edgeBudget({ task, shape }: Pick<Face, 'task' | 'shape'>, maxSteps: number): Promise<number> {
  if (maxSteps <= DEFAULT_LIMITS.defaultSteps) return maxSteps
  try {
    const { model } = await pageSolver(task)
    return Math.min(maxSteps, mostSteps(DEFAULT_LIMITS, stepCost(model.config, shape)))
  } catch {
    return maxSteps
  }
}
