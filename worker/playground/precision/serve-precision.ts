import { createEngineFactory } from '../../../src/engines/create-engine.ts'
import { createFloatEngine } from '../../../src/engines/reference/float-engine.ts'
import { createTask } from '../../../src/tasks/create-task.ts'
import { type HostPort, serveCalls } from '../../../src/threads/host.ts'
import { loadModel } from '../../../src/weights/load-model.ts'
import { type PrecisionStep, runInLockstep } from './lockstep.ts'

/** What the worker can be asked: to run int8 and float32 side by side, and to send every step. */
export interface PrecisionRequest {
  type: 'precision'
  board: string
  maxSteps: number
  /** Of the weights; undefined where the page has nothing to check it with. */
  sha256: string | undefined
}

/** An abort is not heard here: the page ends the whole worker, in the middle of a step too. */
export function servePrecision(port: HostPort): void {
  serveCalls<PrecisionRequest>(port, (request, call) => call.stream(compare(request)))
}

async function* compare({ board, maxSteps, sha256 }: PrecisionRequest): AsyncGenerator<PrecisionStep, void, void> {
  const { model } = await loadModel({ task: 'sudoku', sha256 })
  const task = createTask(model.config)
  const puzzle = task.parse(board)
  const options = { model, geometry: task.geometry(puzzle), slots: 1 }
  const int8 = (await createEngineFactory('auto'))(options)
  yield* runInLockstep(task, puzzle, [int8, createFloatEngine(options)], { maxSteps })
}
