/**
 * Builds of the wasm kernels: docs/engine.md.
 *
 * @example
 * const files: Record<KernelBuild, string> = { relaxed: '/relaxed.wasm', simd128: '/simd128.wasm' }
 */
export type KernelBuild = 'relaxed' | 'simd128'

/**
 * Tasks with weights in this package.
 *
 * @example
 * const solvers = await Promise.all(SHIPPED_TASKS.map((task) => createSolver({ task })))
 */
export const SHIPPED_TASKS = ['sudoku'] as const
/**
 * A task with weights in this package.
 *
 * @example
 * const task: ShippedTask = 'sudoku'
 */
export type ShippedTask = (typeof SHIPPED_TASKS)[number]

/**
 * What differs from one runtime to the next. `#platform` resolves to the one for Node, browsers or workerd by the
 * `imports` conditions of package.json.
 */
export interface Platform {
  /** Where the build lies. @throws HrmError `engine_unavailable` where files have no address */
  kernelUrl(build: KernelBuild): URL
  /** Where the weights lie. @throws HrmError `engine_unavailable` where files have no address */
  weightsUrl(task: ShippedTask): URL
  loadKernel(build: KernelBuild): Promise<WebAssembly.Module>
  loadShippedWeights(task: ShippedTask, signal?: AbortSignal, onProgress?: ReadProgress): Promise<Uint8Array>
  /** Reads weights that are named by a string: a URL, or in Node a path too. */
  loadNamed(name: string, signal?: AbortSignal, onProgress?: ReadProgress): Promise<Uint8Array>
}

export type ReadProgress = (progress: { loaded: number; total?: number }) => void
