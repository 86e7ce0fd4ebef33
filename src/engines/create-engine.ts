import { HrmError } from '../errors.ts'
import type { KernelBuild } from '../platform/platform.ts'
import { createKernelLoader } from '../wasm/kernel-sources.ts'
import type { Backend, Engine, EngineOptions } from './engine.ts'
import { createReferenceEngine } from './reference/reference-engine.ts'
import { createWasmEngineFactory } from './wasm/wasm-engine.ts'

export type EngineFactory = (options: EngineOptions) => Engine

/**
 * Gets a backend ready to make engines. `auto` is wasm, or reference on a machine without WebAssembly SIMD.
 * @throws HrmError `engine_unavailable`, `engine_fetch`, `option_invalid`
 */
export async function createEngineFactory(
  backend: Backend | 'auto',
  loadKernel: (build: KernelBuild) => Promise<WebAssembly.Module> = createKernelLoader(),
): Promise<EngineFactory> {
  switch (backend) {
    case 'reference':
      return createReferenceEngine
    case 'wasm':
      return createWasmEngineFactory(loadKernel)
    case 'auto':
      try {
        return await createWasmEngineFactory(loadKernel)
      } catch (error) {
        if (error instanceof HrmError && error.code === 'engine_unavailable') return createReferenceEngine
        throw error
      }
    case 'webgpu':
      throw new HrmError('engine_unavailable', 'this version has no webgpu backend')
    default:
      throw new HrmError('option_invalid', `backend is ${JSON.stringify(backend)}, not wasm, webgpu, reference or auto`)
  }
}
