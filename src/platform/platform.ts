/**
 * Builds of the wasm kernels: with relaxed SIMD instructions, and without.
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
export const SHIPPED_TASKS = ['sudoku', 'maze'] as const

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
  loadKernel(build: KernelBuild, options?: ReadOptions): Promise<WebAssembly.Module>
  loadShippedWeights(task: ShippedTask, options?: ReadOptions): Promise<Uint8Array>
  /** What a string names: a URL, in a page relative to it, in Node a path too. @throws HrmError `weights_fetch` */
  resolve(name: string): URL
  /** @throws HrmError `weights_fetch`, `aborted` */
  read(url: URL, options?: ReadOptions): Promise<Uint8Array>
  /** Keeps downloads from one run to the next; absent where there is nothing to keep them in. */
  readonly store?: WeightsStore
}

export interface ReadOptions {
  signal?: AbortSignal
  onProgress?: ReadProgress
  /** Pass over what caches between here and the server hold: it was found to be wrong. */
  reload?: boolean
}

export type ReadProgress = (progress: { loaded: number; total?: number }) => void

/** Files that a store keeps; one more pushes out the one that was kept first. Else every new version would stay for ever. */
export const MOST_KEPT = 8

/**
 * Files by the lower-case hex sha256 of their content, `MOST_KEPT` of them. What comes out is hostile until it is hashed
 * again, and any call may fail.
 */
export interface WeightsStore {
  get(sha256: string): Promise<Uint8Array | undefined>
  put(sha256: string, bytes: Uint8Array): Promise<void>
  remove(sha256: string): Promise<void>
}
