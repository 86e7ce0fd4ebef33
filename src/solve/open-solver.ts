import type { Engines } from '../engines/create-engine.ts'
import { untilAborted } from '../on-abort.ts'
import { createTask } from '../tasks/create-task.ts'
import { trainedShape } from '../tasks/lists.ts'
import type { Task } from '../tasks/task.ts'
import type { LoadedModel } from '../weights/load-model.ts'
import { createSolverFrom } from './solver.ts'
import type { Solver } from './types.ts'

export interface OpenedSolver {
  readonly solver: Solver
  readonly loaded: LoadedModel
  readonly task: Task
  readonly engines: Engines
}

/**
 * A solver of a model and of engines that are both on their way. Where it comes to nothing, the engines let go of what they
 * hold, a GPU's device say.
 * @param signal ends the wait at once, whatever is still on its way
 * @throws what either fails with, and HrmError as `createSolver` does
 */
export async function openSolver(
  loading: Promise<LoadedModel>,
  opening: Promise<Engines>,
  slots: number,
  signal?: AbortSignal,
): Promise<OpenedSolver> {
  try {
    const [loaded, engines] = await untilAborted(Promise.all([loading, opening]), signal, 'loading the solver')
    const { model } = loaded
    const task = createTask(model.config)
    const geometry = task.geometry({ shape: trainedShape(model.config) })
    const first = engines.create({ model, geometry, slots })
    return { solver: createSolverFrom({ loaded, task, slots, engines, first }), loaded, task, engines }
  } catch (error) {
    opening.then(
      (engines) => engines.release(),
      () => {},
    )
    throw error
  }
}
