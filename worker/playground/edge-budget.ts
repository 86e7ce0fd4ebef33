import { mostSteps, stepCost } from '../budget.ts'
import { DEFAULT_LIMITS } from '../limits.ts'
import type { App } from './app.ts'
import type { Face } from './face.ts'
import { loadModel } from './model-facts.ts'

/**
 * As many of these steps as the service takes for a board of this size. All of them where the page has no model that would
 * tell what a step costs: then the service says so itself, as one does whose operator lowered the limits.
 */
export async function edgeBudget(app: App, { task, shape }: Face, maxSteps: number): Promise<number> {
  if (maxSteps <= DEFAULT_LIMITS.defaultSteps) return maxSteps
  try {
    const { model } = await loadModel(app, task)
    return Math.min(maxSteps, mostSteps(DEFAULT_LIMITS, stepCost(model.config, shape)))
  } catch {
    return maxSteps
  }
}
