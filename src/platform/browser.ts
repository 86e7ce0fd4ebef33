import { cacheStorage } from './cache-storage.ts'
import { download } from './download.ts'
import { pageUrl } from './page-url.ts'
import type { KernelBuild, Platform, ShippedTask } from './platform.ts'

// Written out one by one: bundlers find assets by the literal `new URL('...', import.meta.url)`.
const kernelUrls: Record<KernelBuild, () => URL> = {
  relaxed: () => new URL('../../dist/wasm/relaxed.wasm', import.meta.url),
  simd128: () => new URL('../../dist/wasm/simd128.wasm', import.meta.url),
}
const weightUrls: Record<ShippedTask, () => URL> = {
  sudoku: () => new URL('../../model/weights/sudoku.safetensors', import.meta.url),
  maze: () => new URL('../../model/weights/maze.safetensors', import.meta.url),
}

export const platform: Platform = {
  kernelUrl: (build) => kernelUrls[build](),
  weightsUrl: (task) => weightUrls[task](),
  loadKernel: async (build) => WebAssembly.compile((await download(kernelUrls[build]())) as BufferSource),
  loadShippedWeights: (task, options) => download(weightUrls[task](), options),
  resolve: pageUrl,
  read: download,
  store: cacheStorage,
}
