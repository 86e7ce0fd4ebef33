import { checkFunction } from '../check-options.ts'
import { HrmError } from '../errors.ts'
import type { KernelBuild } from '../platform/platform.ts'
import { show } from '../show.ts'
import { createKernelLoader } from '../wasm/kernel-sources.ts'
import type { BackendChoice } from './backend-option.ts'
import type { Engine, EngineOptions } from './engine.ts'
import type { BatchEngines, Fallback, GpuEngines, GpuFailure, OpenableWebGpu, WebGpu } from './gpu.ts'
import { createReferenceEngine } from './reference/reference-engine.ts'
import { createWasmEngineFactory } from './wasm/wasm-engine.ts'

export type EngineFactory = (options: EngineOptions) => Engine

/**
 * Gets a backend ready to make engines. `auto` is wasm, or reference on a machine without WebAssembly SIMD.
 * @throws HrmError `engine_unavailable`, `engine_fetch`, `option_invalid`
 */
export async function createEngineFactory(
  backend: BackendChoice,
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
      throw new HrmError('engine_unavailable', "backend webgpu needs the option webgpu: webgpu() of 'hrm-edge/webgpu'")
  }
}

export interface OpenEnginesOptions {
  backend: BackendChoice
  loadKernel?: (build: KernelBuild) => Promise<WebAssembly.Module>
  webgpu?: WebGpu
  onFallback?: (fallback: Fallback) => void
}

/** What a solver makes its engines with. */
export interface Engines {
  create: EngineFactory
  /** For batches, where `auto` may choose. */
  batch?: BatchEngines
  /** Lets go of what the engines shared. */
  release(): void
}

/**
 * Gets a backend ready, WebGPU included. `auto` with WebGPU at hand solves single boards as it does without, and looks
 * at the GPU when the first batch comes.
 * @throws HrmError `engine_unavailable`, `engine_fetch`, `option_invalid`
 */
export async function openEngines(options: OpenEnginesOptions): Promise<Engines> {
  const { backend, loadKernel, webgpu } = options
  checkFunction('onFallback', options.onFallback)
  const onFallback = tellSafely(options.onFallback)
  if (webgpu !== undefined && !isOpenable(webgpu)) {
    throw new HrmError('option_invalid', "webgpu is not what webgpu() of 'hrm-edge/webgpu' gives")
  }
  if (webgpu && backend !== 'webgpu' && backend !== 'auto') {
    throw new HrmError('option_invalid', `webgpu is of no use with backend ${show(backend)}: that is webgpu or auto`)
  }
  if (backend === 'webgpu' && webgpu) return openGpu(webgpu, await createEngineFactory('auto', loadKernel), onFallback)
  const create = await createEngineFactory(backend, loadKernel)
  if (backend !== 'auto' || !webgpu) return { create, release() {} }
  let gpu: Promise<GpuEngines | undefined> | undefined
  let released = false
  const open = async (): Promise<GpuEngines | undefined> => {
    try {
      return await openGpu(webgpu, create, onFallback)
    } catch (error) {
      if (!(error instanceof HrmError) || error.code !== 'engine_unavailable') throw error
      const to = create === createReferenceEngine ? 'reference' : 'wasm'
      if (!released) onFallback({ from: 'webgpu', to, reason: (error as Partial<GpuFailure>).fault ?? 'failed', error })
      return undefined
    }
  }
  return {
    create,
    batch: {
      async factoryFor(engineOptions, boards) {
        if (boards < 2) return undefined
        gpu ??= open()
        const engines = await gpu
        return engines && !released && boards >= (await engines.breakEven(engineOptions)) ? engines.create : undefined
      },
    },
    release() {
      released = true
      gpu?.then((engines) => engines?.release()).catch(() => {})
    },
  }
}

/** @throws HrmError `engine_unavailable` for any error that tells no code, where WebGPU is only half there say */
async function openGpu(
  webgpu: OpenableWebGpu,
  second: EngineFactory,
  onFallback: (fallback: Fallback) => void,
): Promise<GpuEngines> {
  try {
    return await webgpu.open(second, onFallback)
  } catch (cause) {
    if (cause instanceof HrmError) throw cause
    const message = `WebGPU could not be opened: ${(cause as Error)?.message ?? cause}`
    throw new HrmError('engine_unavailable', message, { cause })
  }
}

/** The callback, whose own errors go unhandled: thrown into the engines they would end solves that can go on. */
function tellSafely(onFallback: OpenEnginesOptions['onFallback']): (fallback: Fallback) => void {
  return (fallback) => {
    try {
      onFallback?.(fallback)
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }
}

const isOpenable = (webgpu: WebGpu): webgpu is OpenableWebGpu =>
  typeof (webgpu as Partial<OpenableWebGpu> | null)?.open === 'function'
