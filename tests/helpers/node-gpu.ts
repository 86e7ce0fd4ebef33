import { create, globals } from 'webgpu'

/**
 * WebGPU for Node, on the machine's GPU. The software adapter that comes with Chromium is taken where LD_LIBRARY_PATH and
 * VK_ICD_FILENAMES of the process lead to it, as they do in tests (tests/browser/vitest.config.ts).
 */
export function nodeGpu(): GPU {
  Object.assign(globalThis, globals)
  const gpu = create([])
  Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true })
  return gpu
}
