import { HrmError } from '../../errors.ts'
import type { EngineFactory } from '../create-engine.ts'
import type { Backend, Engine, EngineOptions } from '../engine.ts'

export interface SuccessionOptions {
  readonly first: EngineFactory
  readonly second: EngineFactory
  /** Called with the first engine before it is disposed: what it still knows can be read. */
  onLoss(from: Engine): void
  /** Told once: the error that made the first one fail, and what took over. */
  onFallback(error: unknown, to: Backend): void
}

/** Which of two engines computes. What their slots hold is for others to know. */
export interface Succession {
  /** The engine of the moment. */
  readonly engine: Engine
  /** Whether that is the second one. */
  readonly fallen: boolean
  /** @throws HrmError `disposed` */
  refuseDisposed(): void
  /** A call into the engine of the moment, and into the second one should the first fail in it. */
  attempt<T>(call: (engine: Engine) => T): T
  attemptAsync<T>(call: (engine: Engine) => T | Promise<T>): Promise<T>
  /** Goes on in the second engine from now on, as if the first had failed with this error. */
  leave(error: unknown): void
  dispose(): void
}

/**
 * An engine, and from its first failure on another one.
 * @throws HrmError as the factories do, but a first engine that fails when it is made is replaced at once; where no second
 * one can be made, its calls fail as that does, with the first one's error as the `cause`, and the next call tries again
 */
export function createSuccession(
  options: EngineOptions,
  { first, second, onLoss, onFallback }: SuccessionOptions,
): Succession {
  let disposed = false
  let fallen = false
  /** The second engine, or an error that has the first one's as its cause. */
  const replace = (cause: unknown): Engine => {
    try {
      return second(options)
    } catch (error) {
      const code = error instanceof HrmError ? error.code : 'engine_unavailable'
      throw new HrmError(code, `the engine failed and could not be replaced: ${(error as Error)?.message}`, { cause })
    }
  }
  let engine: Engine
  try {
    engine = first(options)
  } catch (error) {
    if (!isFault(error)) throw error
    engine = replace(error)
    fallen = true
    onFallback(error, engine.backend)
  }
  const refuseDisposed = (): void => {
    if (disposed) throw new HrmError('disposed', 'the engine was disposed')
  }
  const fallBack = (error: unknown): void => {
    const from = engine
    const to = replace(error)
    onLoss(from)
    engine = to
    fallen = true
    from.dispose()
    onFallback(error, engine.backend)
  }
  /** @throws the error itself, where it is no failure of the first engine */
  const fallBackFrom = (error: unknown): void => {
    if (fallen || !isFault(error)) throw error
    fallBack(error)
  }

  return {
    get engine() {
      return engine
    },
    get fallen() {
      return fallen
    },
    refuseDisposed,
    attempt(call) {
      try {
        return call(engine)
      } catch (error) {
        fallBackFrom(error)
        return call(engine)
      }
    },
    async attemptAsync(call) {
      const used = engine
      try {
        const result = await call(used)
        if (engine === used) return result
        // Else it was left meanwhile, and what it computed, or how it failed, went with it.
      } catch (error) {
        refuseDisposed()
        if (engine === used) fallBackFrom(error)
      }
      return call(engine)
    },
    leave(error) {
      try {
        if (!disposed && !fallen) fallBack(error)
      } catch {
        // There is no second engine to be had: whoever calls next is told.
      }
    },
    dispose() {
      disposed = true
      engine.dispose()
    },
  }
}

/** Whether an engine failed, rather than a call that asked for something wrong. */
function isFault(error: unknown): boolean {
  return !(error instanceof HrmError) || error.code === 'engine_failed' || error.code === 'engine_unavailable'
}
