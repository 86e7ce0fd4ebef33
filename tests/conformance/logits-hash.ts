// No Node imports: this runs in Node, in workerd and in Chromium.
import type { Engine, EngineOptions } from '../../src/engines/engine.ts'
import { createTask } from '../../src/tasks/create-task.ts'
import { buildGeometry, trainedShape } from '../../src/tasks/lists.ts'
import { hashOf } from '../../src/weights/hash.ts'
import type { Model } from '../../src/weights/model.ts'

export const STEPS = 16

export interface HashOptions {
  /** Boards computed side by side. */
  slots?: number
  /** Order in which boards take slots; results are hashed in the order of `boards` whatever it is. */
  order?: readonly number[]
}

const sha256 = async (bytes: Uint8Array<ArrayBuffer>) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))

/**
 * SHA-256 over the logits of all tokens of all boards after each of 16 ACT steps: one digest a board, and one over
 * those, so it does not depend on which boards were computed together.
 * @returns 64 hex digits
 */
export async function hashLogits(
  model: Model,
  createEngine: (options: EngineOptions) => Engine,
  boards: readonly string[],
  { slots = 8, order = boards.map((_, i) => i) }: HashOptions = {},
): Promise<string> {
  const task = createTask(model.config)
  const geometry = buildGeometry(model.config, trainedShape(model.config))
  const engine = createEngine({ model, geometry, slots })
  const size = geometry.tokens * engine.outputSize
  const digests = new Uint8Array(32 * boards.length)
  for (let first = 0; first < boards.length; first += slots) {
    const group = order.slice(first, first + slots)
    const taken = group.map((_, slot) => slot)
    const logits = group.map(() => new Float32Array(STEPS * size))
    for (const slot of taken) engine.start(slot, task.encode(task.parse(boards[group[slot]])))
    for (let step = 0; step < STEPS; step++) {
      await engine.step(taken)
      for (const slot of taken) logits[slot].set(engine.logits(slot), step * size)
    }
    for (const slot of taken) digests.set(await sha256(new Uint8Array(logits[slot].buffer)), 32 * group[slot])
  }
  engine.dispose()
  return hashOf(digests)
}
