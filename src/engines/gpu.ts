import type { HrmError } from '../errors.ts'
import type { EngineFactory } from './create-engine.ts'
import type { Backend, EngineOptions } from './engine.ts'

// What the solver knows of WebGPU: the types alone, so that nothing of it is loaded unless it is asked for.

/**
 * Why WebGPU is not used, or no longer.
 *
 * @example
 * const retry = fault === 'device_lost'
 */
export type GpuFault =
  /** There is no WebGPU, or it has no adapter. */
  | 'no_adapter'
  /** onnxruntime-web, or in Node webgpu, is not there. */
  | 'not_installed'
  | 'device_lost'
  | 'out_of_memory'
  | 'shader_error'
  /** Anything else: `error` says what. */
  | 'failed'

/** An error that tells its `GpuFault`. */
export interface GpuFailure extends HrmError {
  readonly fault: GpuFault
}

/**
 * A solver went on in another backend.
 *
 * @example
 * createSolver({ backend: 'auto', webgpu: webgpu(), onFallback: ({ reason, to }) => console.warn(reason, to) })
 */
export interface Fallback {
  from: Backend
  to: Backend
  reason: GpuFault
  error: HrmError
}

/**
 * WebGPU, made by `webgpu()` of `hrm-edge/webgpu`.
 *
 * @example
 * import { webgpu } from 'hrm-edge/webgpu'
 * const solver = await createSolver({ backend: 'webgpu', webgpu: webgpu() })
 */
export interface WebGpu {
  readonly backend: 'webgpu'
}

/** What a `WebGpu` is inside. */
export interface OpenableWebGpu extends WebGpu {
  /**
   * Gets a device and ONNX Runtime.
   * @param second makes the engines that take over when the GPU fails
   * @throws HrmError `engine_unavailable`
   */
  open(second: EngineFactory, onFallback: (fallback: Fallback) => void): Promise<GpuEngines>
}

/** Engines on one GPU device. */
export interface GpuEngines {
  create: EngineFactory
  /**
   * From how many boards on the GPU is quicker than the second engine: measured at the first call for a board size.
   * Infinity where it never is.
   * @throws HrmError `engine_unavailable` for more slots than the second engine has memory for
   */
  breakEven(options: EngineOptions): Promise<number>
  release(): void
}

/** Engines that are worth it for many boards only. */
export interface BatchEngines {
  /** @returns undefined where the solver's own engine is as quick for this many boards */
  factoryFor(options: EngineOptions, boards: number): Promise<EngineFactory | undefined>
}
