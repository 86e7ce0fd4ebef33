import type { Carry, Engine, KeptCarry } from '../../src/engines/engine.ts'
import { HrmError } from '../../src/errors.ts'

/**
 * An engine that keeps carries to itself, as a GPU does, and is lost after so many steps: from then on it knows
 * nothing, and says so when it is next waited for.
 */
export function losable(engine: Engine, stepsLeft: number): Engine {
  const mark = Symbol('kept')
  const unwrap = (carry: Carry | undefined) =>
    carry && !(carry instanceof Float32Array) ? (carry as KeptCarry & { floats: Float32Array }).floats : carry
  let left = stepsLeft
  return {
    ...engine,
    start: (slot, tokens, carry, puzzle) => engine.start(slot, tokens, unwrap(carry), puzzle),
    saveCarry: (slot) => {
      const floats = engine.saveCarry(slot) as Float32Array
      return { kept: mark, floats: left > 0 ? floats : floats.fill(0) } as KeptCarry
    },
    async readCarry(slot) {
      if (left <= 0) throw new HrmError('engine_failed', 'the device was lost')
      return engine.readCarry(slot)
    },
    async step(slots) {
      if (left-- <= 0) throw new HrmError('engine_failed', 'the device was lost')
      await engine.step(slots)
    },
    dispose() {
      left = 0
      engine.dispose()
    },
  }
}
