import type * as Entry from './gpu-entry.ts'
import { retried } from './retried.ts'
import { withoutFallback } from './without-fallback.ts'

// Put in by build.mjs.
declare const GPU_FILE: string

/** Whether this browser has a GPU for us. ONNX Runtime's build that fits a Worker's assets needs JSPI. */
export async function hasGpu(): Promise<boolean> {
  if (!('gpu' in navigator && 'Suspending' in WebAssembly)) return false
  const adapter = await navigator.gpu.requestAdapter().catch(() => null)
  return adapter !== null
}

/** The solver on this device's GPU, until that fails. */
export const gpuSolver = retried(async (forget) => {
  const { createGpuSolver } = (await import(new URL(GPU_FILE, document.baseURI).href)) as typeof Entry
  return withoutFallback(createGpuSolver, forget)
})
