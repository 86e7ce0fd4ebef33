import { create, globals } from 'webgpu'

/**
 * WebGPU for Node on the software adapter that comes with Chromium: LD_LIBRARY_PATH and VK_ICD_FILENAMES of the process
 * must lead to it (tests/browser/vitest.config.ts).
 */
export function softwareGpu(): GPU {
  Object.assign(globalThis, globals)
  const gpu = create([])
  Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true })
  return gpu
}
