import { createClient } from '../../src/client/index.ts'
import { untilAborted } from '../../src/on-abort.ts'
import type { SolveOptions, SolveResult, SolveStep } from '../../src/solve/types.ts'
import type { PageTask } from './face.ts'
import { gpuSolver } from './gpu-solver.ts'
import { pageSolver } from './page-solver.ts'

export type Where = 'page' | 'edge' | 'gpu'

const edge = createClient(new URL('.', document.baseURI))

/**
 * Solves in one place; the model is loaded before the clock starts. The GPU solves Sudokus alone.
 * @param onStep called with every step
 */
export async function solveAt(
  where: Where,
  task: PageTask,
  board: string,
  options: SolveOptions,
  onStep: (step: SolveStep) => void,
): Promise<{ result: SolveResult; milliseconds: number }> {
  // A GPU may take a minute to get ready: it does so for the next time, but nobody waits for it.
  const solver =
    where === 'edge' ? undefined : await untilAborted(where === 'gpu' ? gpuSolver() : pageSolver(task), options.signal)
  const started = performance.now()
  const stream = solver?.steps(board, options) ?? edge.steps(task, board, options)
  for (;;) {
    const { done, value } = await stream.next()
    if (done) return { result: value, milliseconds: performance.now() - started }
    onStep(value)
  }
}

/** Name of the model that solves a task there; undefined where nobody tells, as a service that cannot be reached. */
export async function modelAt(where: Where, task: PageTask): Promise<string | undefined> {
  try {
    if (where === 'edge') return (await edge.tasks()).find(({ name }) => name === task)?.model
    return (await pageSolver(task)).model.name
  } catch {
    return undefined
  }
}
