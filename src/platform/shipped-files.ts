import type { KernelBuild, ShippedTask } from './platform.ts'

// Written out one by one: bundlers find files by the literal `new URL('...', import.meta.url)`. The same two folders up
// from here as from the built dist/<runtime>/.
const kernels: Record<KernelBuild, () => URL> = {
  relaxed: () => new URL('../../dist/wasm/relaxed.wasm', import.meta.url),
  simd128: () => new URL('../../dist/wasm/simd128.wasm', import.meta.url),
}
const weights: Record<ShippedTask, () => URL> = {
  sudoku: () => new URL('../../model/weights/sudoku.safetensors', import.meta.url),
  maze: () => new URL('../../model/weights/maze.safetensors', import.meta.url),
}

/** Where a build of the kernels lies. */
export function kernelUrl(build: KernelBuild): URL {
  return kernels[build]()
}

/** Where the weights of a task lie. */
export function weightsUrl(task: ShippedTask): URL {
  return weights[task]()
}
