/** `hrm-edge/webgpu` for Node. Needs the packages `onnxruntime-web` and, where Node has no WebGPU, `webgpu`. */
import type { WebGpu } from '../engines/gpu.ts'
import { GpuError } from '../engines/webgpu/runtime.ts'
import { createWebGpu, type WebGpuOptions } from './webgpu.ts'

export type { Backend } from '../engines/engine.ts'
export type { Fallback, GpuFault, WebGpu } from '../engines/gpu.ts'
export { type ErrorCell, HRM_ERROR_CODES, HrmError, type HrmErrorCode, type HrmErrorOptions } from '../errors.ts'
export type { WebGpuOptions } from './webgpu.ts'

/** Twin of the one in browser.ts, whose description counts. */
export function webgpu(options: WebGpuOptions = {}): WebGpu {
  return createWebGpu(options, {
    gpu: findGpu,
    ort: () => ('Suspending' in WebAssembly ? import('onnxruntime-web/jspi') : import('onnxruntime-web/webgpu')),
  })
}

/** Node has no WebGPU of its own yet; the package brings it, and ONNX Runtime looks for it where browsers have it. */
async function findGpu(): Promise<GPU | undefined> {
  // Node 20 has no navigator at all.
  if (typeof navigator === 'undefined')
    Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true })
  if (!navigator.gpu) {
    let dawn: typeof import('webgpu')
    try {
      dawn = await import('webgpu')
    } catch (cause) {
      throw new GpuError('not_installed', 'the package webgpu could not be loaded: is it installed?', cause)
    }
    Object.assign(globalThis, dawn.globals)
    Object.defineProperty(navigator, 'gpu', { value: dawn.create([]), configurable: true })
  }
  return navigator.gpu
}
