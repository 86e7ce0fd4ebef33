import type { Engine } from '../engines/engine.ts'
import { HrmError } from '../errors.ts'

/** Slots of one engine, lent to one solve at a time; a solve that finds none free waits its turn. */
export interface SlotPool {
  readonly engine: Engine
  /** False once the engine failed: a new pool must be made. */
  readonly healthy: boolean
  take(): Promise<number>
  /** A slot if one is free now. */
  tryTake(): number | undefined
  give(slot: number): void
  /** One ACT step. @throws HrmError `engine_failed`, after which the pool is not healthy */
  step(slots: readonly number[]): Promise<void>
  dispose(): void
}

export function createSlotPool(engine: Engine): SlotPool {
  const free = Array.from({ length: engine.slots }, (_, i) => engine.slots - 1 - i)
  const waiting: { resolve: (slot: number) => void; reject: (error: HrmError) => void }[] = []
  let healthy = true
  const refuseWaiting = (error: HrmError) => {
    for (const { reject } of waiting.splice(0)) reject(error)
  }
  return {
    engine,
    get healthy() {
      return healthy
    },
    tryTake: () => free.pop(),
    take() {
      const slot = free.pop()
      return slot === undefined
        ? new Promise((resolve, reject) => waiting.push({ resolve, reject }))
        : Promise.resolve(slot)
    },
    give(slot) {
      const next = waiting.shift()
      if (next) next.resolve(slot)
      else free.push(slot)
    },
    async step(slots) {
      try {
        await engine.step(slots)
      } catch (error) {
        if (error instanceof HrmError && error.code === 'engine_failed') {
          healthy = false
          refuseWaiting(error)
        }
        throw error
      }
    },
    dispose() {
      engine.dispose()
      refuseWaiting(new HrmError('disposed', 'the solver was disposed'))
    },
  }
}
