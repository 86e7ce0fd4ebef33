import type { Solver } from '../../src/solve/types.ts'
import type * as Entry from './gpu-entry.ts'
import { withoutFallback } from './without-fallback.ts'

// Put in by build.mjs.
declare const GPU_FILE: string

/** Whether this browser has a GPU for us. ONNX Runtime's build that fits a Worker's assets needs JSPI. */
export async function hasGpu(): Promise<boolean> {
  if (!('gpu' in navigator && 'Suspending' in WebAssembly)) return false
  const adapter = await navigator.gpu.requestAdapter().catch(() => null)
  return adapter !== null
}

type GpuSolver = Pick<Solver, 'steps'>

let creation: Promise<GpuSolver> | undefined

/** The solver on this device's GPU, created at the first call. After a failure the next call tries again. */
export function gpuSolver(): Promise<GpuSolver> {
  creation ??= create()
  return creation
}

async function create(): Promise<GpuSolver> {
  const forget = () => {
    creation = undefined
  }
  try {
    const { createGpuSolver } = (await import(new URL(GPU_FILE, document.baseURI).href)) as typeof Entry
    return await withoutFallback(createGpuSolver, forget)
  } catch (error) {
    forget()
    throw error
  }
}
