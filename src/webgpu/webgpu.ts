import { checkFunction, refuseUnknown } from '../check-options.ts'
import type { OpenableWebGpu } from '../engines/gpu.ts'
import { createGpuEngines } from '../engines/webgpu/gpu-engines.ts'
import type { OrtModule } from '../engines/webgpu/ort.ts'
import { createGpuRuntime, GpuError } from '../engines/webgpu/runtime.ts'
import { HrmError } from '../errors.ts'

/**
 * Where ONNX Runtime comes from.
 *
 * @example
 * const options: WebGpuOptions = { wasmPaths: '/ort/' }
 */
export interface WebGpuOptions {
  /**
   * Folder or files that onnxruntime-web loads its WebAssembly from: its `env.wasm.wasmPaths`. Default: where a bundler
   * or its own scripts put them.
   */
  wasmPaths?: string | { mjs?: string | URL | undefined; wasm?: string | URL | undefined } | undefined
  /**
   * The module, for those who have it already. Default: `onnxruntime-web/jspi` where WebAssembly has JSPI (its file is
   * smaller by 10 MB), else `onnxruntime-web/webgpu`.
   */
  ort?: (() => Promise<unknown>) | undefined
}

/** How one runtime gets at a GPU and at the module. */
export interface WebGpuSources {
  gpu(): Promise<GPU | undefined>
  ort(): Promise<unknown>
}

const WEBGPU_OPTIONS: Record<keyof WebGpuOptions, true> = { wasmPaths: true, ort: true }

/** @throws HrmError `option_invalid` */
export function createWebGpu(options: WebGpuOptions, sources: WebGpuSources): OpenableWebGpu {
  refuseUnknown(options, WEBGPU_OPTIONS)
  const { wasmPaths, ort } = options
  checkFunction('ort', ort)
  const load = async (): Promise<OrtModule> => {
    let module: OrtModule
    try {
      module = (await (ort ?? sources.ort)()) as OrtModule
    } catch (cause) {
      throw new GpuError('not_installed', 'onnxruntime-web could not be loaded: is it installed?', cause)
    }
    if (typeof module?.InferenceSession?.create !== 'function') {
      throw new HrmError('option_invalid', 'ort gave something else than the module onnxruntime-web')
    }
    // The GPU computes; threads would only ask for a page that is cross-origin isolated.
    module.env.wasm.numThreads = 1
    if (wasmPaths !== undefined) module.env.wasm.wasmPaths = wasmPaths as typeof module.env.wasm.wasmPaths
    return module
  }
  return {
    backend: 'webgpu',
    async open(second, onFallback) {
      return createGpuEngines(await createGpuRuntime(await sources.gpu(), load), second, onFallback)
    },
  }
}
