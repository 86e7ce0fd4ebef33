import type { HrmError } from '../../errors.ts'
import type { EngineFactory } from '../create-engine.ts'
import type { EngineOptions } from '../engine.ts'
import type { Fallback, GpuEngines } from '../gpu.ts'
import { planMemory } from '../wasm/layout.ts'
import { measureBreakEven } from './measure.ts'
import { GpuError, type GpuRuntime } from './runtime.ts'
import { createWebGpuEngine } from './webgpu-engine.ts'
import { type FallbackEngine, withFallback } from './with-fallback.ts'

/**
 * Engines on this device that `second` replaces when it fails, which `onFallback` is told once. More slots than that has
 * memory for are refused, as it refuses them.
 */
export function createGpuEngines(
  runtime: GpuRuntime,
  second: EngineFactory,
  onFallback: (fallback: Fallback) => void,
): GpuEngines {
  const measured = new Map<number, Promise<number>>()
  /** Engines on the device, until they are disposed. */
  const made = new Set<FallbackEngine>()
  let told = false
  let released = false
  /** A failure of one engine is one of the device: the others leave it too, before they are next called. */
  const tell = (error: unknown, to: Fallback['to']): void => {
    // What is cut short by the release is no failure.
    if (told || released) return
    told = true
    for (const engine of made) engine.leave(error)
    made.clear()
    onFallback({ from: 'webgpu', to, ...describeFault(error) })
  }
  /** Measurements run one after another: each would take the other's computing for its own. */
  let measuring: Promise<unknown> = Promise.resolve()
  /** @throws what `second` throws; any failure after that is the GPU's */
  const measure = async (options: EngineOptions): Promise<number> => {
    const base = second({ ...options, slots: 1 })
    try {
      const timed = timeRuns(runtime)
      const gpu = createWebGpuEngine(options, timed.runtime)
      try {
        return await measureBreakEven(gpu, base, timed.ran)
      } finally {
        gpu.dispose()
      }
    } catch (error) {
      tell(error, base.backend)
      return Number.POSITIVE_INFINITY
    } finally {
      base.dispose()
    }
  }
  return {
    create(options) {
      if (told) return second(options)
      checkSecond(options)
      const engine = withFallback(options, {
        first: (o) => createWebGpuEngine(o, runtime),
        second,
        onFallback: tell,
        onDispose: () => made.delete(engine),
      })
      if (!told) made.add(engine)
      return engine
    },
    async breakEven(options) {
      if (told || runtime.software) return Number.POSITIVE_INFINITY
      checkSecond(options)
      const { tokens } = options.geometry
      let known = measured.get(tokens)
      if (!known) {
        known = measuring
          .then(() => measure(options))
          .catch(() => {
            // The processor had no engine to measure with, no fault of the GPU's: the next batch finds out.
            measured.delete(tokens)
            return Number.POSITIVE_INFINITY
          })
        measuring = known
        measured.set(tokens, known)
      }
      return known
    },
    release() {
      released = true
      runtime.dispose()
    },
  }
}

/**
 * What takes over is given as many slots. It is wasm, here in the build that takes most; the reference engine takes less.
 * @throws HrmError `engine_unavailable` where there is no memory for them
 */
function checkSecond({ model, geometry, slots }: EngineOptions): void {
  planMemory(model, geometry, slots, 'simd128')
}

/** The runtime with a clock that goes while its calls have their turn: `ran` says for how many ms so far. */
function timeRuns(runtime: GpuRuntime): { runtime: GpuRuntime; ran: () => number } {
  let ran = 0
  const exclusive: GpuRuntime['exclusive'] = (call) =>
    runtime.exclusive(async () => {
      const begin = performance.now()
      try {
        return await call()
      } finally {
        ran += performance.now() - begin
      }
    })
  return { runtime: { ...runtime, exclusive }, ran: () => ran }
}

/** Any failure as an error of ours, with its reason. */
function describeFault(error: unknown): { reason: Fallback['reason']; error: HrmError } {
  if (error instanceof GpuError) return { reason: error.fault, error }
  const reason = error instanceof RangeError ? 'out_of_memory' : 'failed'
  return { reason, error: new GpuError(reason, `the webgpu engine failed: ${(error as Error)?.message}`, error) }
}
