import type { HrmError } from '../../errors.ts'
import type { EngineFactory } from '../create-engine.ts'
import type { EngineOptions } from '../engine.ts'
import type { Fallback, GpuEngines } from '../gpu.ts'
import { measureBreakEven } from './measure.ts'
import { GpuError, type GpuRuntime } from './runtime.ts'
import { createWebGpuEngine } from './webgpu-engine.ts'
import { type FallbackEngine, withFallback } from './with-fallback.ts'

/** Engines on this device that `second` replaces when it fails, which `onFallback` is told once. */
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
  const createFirst = (options: EngineOptions) => createWebGpuEngine(options, runtime)
  const measure = async (options: EngineOptions): Promise<number> => {
    const base = second({ ...options, slots: 1 })
    try {
      const gpu = createFirst(options)
      try {
        return await measureBreakEven(gpu, base)
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
      const engine = withFallback(options, createFirst, second, tell, () => made.delete(engine))
      if (!told) made.add(engine)
      return engine
    },
    async breakEven(options) {
      if (told || runtime.software) return Number.POSITIVE_INFINITY
      const { tokens } = options.geometry
      const known = measured.get(tokens) ?? measure(options)
      measured.set(tokens, known)
      return known
    },
    release() {
      released = true
      runtime.dispose()
    },
  }
}

/** Any failure as an error of ours, with its reason. */
function describeFault(error: unknown): { reason: Fallback['reason']; error: HrmError } {
  if (error instanceof GpuError) return { reason: error.fault, error }
  const reason = error instanceof RangeError ? 'out_of_memory' : 'failed'
  return { reason, error: new GpuError(reason, `the webgpu engine failed: ${(error as Error)?.message}`, error) }
}
