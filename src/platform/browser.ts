import type { KernelBuild, Platform, ShippedTask } from './platform.ts'
import { fetchBytes, parseUrl } from './read-response.ts'

// Written out one by one: bundlers find assets by the literal `new URL('...', import.meta.url)`.
const kernelUrls: Record<KernelBuild, () => URL> = {
  relaxed: () => new URL('../../dist/wasm/relaxed.wasm', import.meta.url),
  simd128: () => new URL('../../dist/wasm/simd128.wasm', import.meta.url),
}
const weightUrls: Record<ShippedTask, () => URL> = {
  sudoku: () => new URL('../../model/weights/sudoku.safetensors', import.meta.url),
}

export const platform: Platform = {
  kernelUrl: (build) => kernelUrls[build](),
  weightsUrl: (task) => weightUrls[task](),
  loadKernel: async (build) => WebAssembly.compile((await fetchBytes(kernelUrls[build]())) as BufferSource),
  loadShippedWeights: (task, signal, onProgress) => fetchBytes(weightUrls[task](), signal, onProgress),
  loadNamed: async (name, signal, onProgress) =>
    fetchBytes(parseUrl(name, globalThis.location?.href), signal, onProgress),
}
