/** `hrm-edge/webgpu`: large batches on a GPU. Needs the package `onnxruntime-web`. */
import type { WebGpu } from '../engines/gpu.ts'
import { createWebGpu, type WebGpuOptions } from './webgpu.ts'

export type { Backend } from '../engines/engine.ts'
export type { Fallback, GpuFault, WebGpu } from '../engines/gpu.ts'
export { type ErrorCell, HRM_ERROR_CODES, HrmError, type HrmErrorCode, type HrmErrorOptions } from '../errors.ts'
export type { WebGpuOptions } from './webgpu.ts'

/**
 * WebGPU for `createSolver`. Nothing is loaded until a solver needs it.
 *
 * @example
 * import { createSolver } from 'hrm-edge'
 * import { webgpu } from 'hrm-edge/webgpu'
 *
 * const solver = await createSolver({ backend: 'webgpu', webgpu: webgpu(), slots: 256 })
 * const results = await solver.solveBatch(boards)
 *
 * @throws HrmError `option_invalid`
 */
export function webgpu(options: WebGpuOptions = {}): WebGpu {
  return createWebGpu(options, {
    gpu: async () => navigator.gpu,
    ort: () => ('Suspending' in WebAssembly ? import('onnxruntime-web/jspi') : import('onnxruntime-web/webgpu')),
  })
}
