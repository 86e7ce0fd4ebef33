// No Node imports here: the comparison in tests/bench runs this in workerd and in Chromium too.
import type { EngineFactory } from '../engines/create-engine.ts'
import type { Engine } from '../engines/engine.ts'
import { ascending, percentile } from '../numerics/stats.ts'
import type { Solver } from '../solve/types.ts'
import { createTask } from '../tasks/create-task.ts'
import { trainedShape } from '../tasks/lists.ts'
import type { Model } from '../weights/model.ts'

export interface StepSubject {
  engine: Engine
  /** One ACT step of every slot. Its time does not depend on what the slots hold. */
  run: () => void | Promise<void>
}

/**
 * An engine with `batch` slots, all holding `board`. Without one, for tasks of any kind: as many tokens as the model was
 * trained on, all 0.
 */
export function stepSubject(model: Model, createEngine: EngineFactory, batch: number, board?: string): StepSubject {
  const task = createTask(model.config)
  const puzzle = board === undefined ? undefined : task.parse(board)
  const geometry = task.geometry(puzzle ?? { shape: trainedShape(model.config) })
  const tokens = puzzle ? task.encode(puzzle) : new Uint8Array(geometry.tokens)
  const engine = createEngine({ model, geometry, slots: batch })
  const slots = Array.from({ length: batch }, (_, slot) => slot)
  for (const slot of slots) engine.start(slot, tokens)
  return { engine, run: () => engine.step(slots) }
}

/** Milliseconds of whole solves, one board at a time; every board is solved `rounds` times after a first one unseen. */
export async function timeSolves(
  solver: Solver,
  boards: readonly string[],
  rounds: number,
  onProgress?: (done: number) => void,
): Promise<{ p50_ms: number; p99_ms: number }> {
  const times: number[] = []
  for (let round = 0; round <= rounds; round++) {
    for (const board of boards) {
      const start = performance.now()
      await solver.solve(board)
      if (round > 0) times.push(performance.now() - start)
      onProgress?.(times.length)
    }
  }
  const sorted = ascending(times)
  return { p50_ms: percentile(sorted, 0.5), p99_ms: percentile(sorted, 0.99) }
}
