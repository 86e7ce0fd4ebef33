import type { Engine } from '../engines/engine.ts'
import { HrmError } from '../errors.ts'
import { abortError, onAbort } from '../on-abort.ts'

/** Slots of one engine, lent to one solve at a time; a solve that finds none free waits its turn. */
export interface SlotPool {
  readonly engine: Engine
  /** False once the engine failed: a new pool must be made. */
  readonly healthy: boolean
  /** @throws HrmError `aborted` while waiting, `disposed`, `engine_failed` */
  take(signal?: AbortSignal): Promise<number>
  /** A slot if one is free now. */
  tryTake(): number | undefined
  give(slot: number): void
  /** One ACT step, as `Engine.step` has it. @throws HrmError `engine_failed` */
  step(slots: readonly number[], finished?: (slot: number) => boolean, goOn?: () => void): Promise<void>
  /** Runs a call into the engine; `engine_failed`, or any error without a code, makes the pool unhealthy. */
  guard<T>(call: () => T): T
  dispose(): void
}

interface Waiter {
  resolve(slot: number): void
  reject(error: HrmError): void
}

export function createSlotPool(engine: Engine): SlotPool {
  const free = Array.from({ length: engine.slots }, (_, i) => engine.slots - 1 - i)
  const waiting = new Set<Waiter>()
  let failure: HrmError | undefined

  const refuseWaiting = (error: HrmError) => {
    for (const waiter of waiting) waiter.reject(error)
  }
  /** What to tell the caller. Once an engine failed, its other solves fail for that same reason. */
  const toTell = (error: unknown): HrmError => {
    if (failure) return failure
    if (error instanceof HrmError && error.code !== 'engine_failed') return error
    failure =
      error instanceof HrmError
        ? error
        : new HrmError('engine_failed', `the ${engine.backend} engine failed: ${(error as Error)?.message}`, {
            cause: error,
          })
    refuseWaiting(failure)
    return failure
  }

  return {
    engine,
    get healthy() {
      return failure === undefined
    },
    tryTake: () => free.pop(),
    take(signal) {
      const slot = free.pop()
      if (slot !== undefined) return Promise.resolve(slot)
      return new Promise((resolve, reject) => {
        const leave = () => {
          waiting.delete(waiter)
          stop()
        }
        const waiter: Waiter = {
          resolve(given) {
            leave()
            resolve(given)
          },
          reject(error) {
            leave()
            reject(error)
          },
        }
        waiting.add(waiter)
        const stop = onAbort(signal, () => waiter.reject(abortError(signal!)))
      })
    },
    give(slot) {
      const [next] = waiting
      if (next) next.resolve(slot)
      else free.push(slot)
    },
    guard(call) {
      try {
        return call()
      } catch (error) {
        throw toTell(error)
      }
    },
    async step(slots, finished, goOn) {
      try {
        await engine.step(slots, finished, goOn)
      } catch (error) {
        throw toTell(error)
      }
    },
    dispose() {
      engine.dispose()
      refuseWaiting(new HrmError('disposed', 'the solver was disposed'))
    },
  }
}
