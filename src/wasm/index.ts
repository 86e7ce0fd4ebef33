/** `hrm-edge/wasm`: the files that `hrm-edge` reads by itself, for those who host, preload or share them. */
import { platform } from '#platform'
import { checkSignal, refuseUnknown } from '../check-options.ts'
import { chooseKernel } from '../engines/wasm/kernel.ts'
import { HrmError } from '../errors.ts'
import { untilAborted } from '../on-abort.ts'
import { type KernelBuild, SHIPPED_TASKS, type ShippedTask } from '../platform/platform.ts'
import { show } from '../show.ts'
import { BUILDS } from './check-sources.ts'
import { createKernelLoader, type KernelSources } from './kernel-sources.ts'

export { type ErrorCell, HRM_ERROR_CODES, HrmError, type HrmErrorCode, type HrmErrorOptions } from '../errors.ts'
export { type KernelBuild, SHIPPED_TASKS, type ShippedTask } from '../platform/platform.ts'
export type { KernelSource, KernelSources } from './kernel-sources.ts'

/**
 * Where the package keeps a build of its kernels: a `file:` URL in Node, one beside the scripts in a page.
 *
 * @example
 * // In a build script: the files to copy to where the app serves them from.
 * await copyFile(kernelUrl('relaxed'), 'public/relaxed.wasm')
 *
 * @throws HrmError `option_invalid`; `engine_unavailable` in workerd, where files have no address
 */
export function kernelUrl(build: KernelBuild): URL {
  const builds = Object.keys(BUILDS)
  if (!builds.includes(build))
    throw new HrmError('option_invalid', `build is ${show(build)}, not ${builds.join(' or ')}`)
  return platform.kernelUrl(build)
}

/**
 * Where the package keeps the weights that it ships for a task.
 *
 * @example
 * const link = Object.assign(document.createElement('link'), { rel: 'prefetch', href: weightsUrl('sudoku').href })
 * document.head.append(link)
 *
 * @throws HrmError `task_unknown`; `engine_unavailable` in workerd, where files have no address
 */
export function weightsUrl(task: ShippedTask): URL {
  if (!SHIPPED_TASKS.includes(task)) throw new HrmError('task_unknown', `no weights ship for ${show(task)}`)
  return platform.weightsUrl(task)
}

/**
 * How kernels are compiled.
 *
 * @example
 * const kernels = await compileKernels({}, { signal: AbortSignal.timeout(10_000) })
 */
export interface CompileKernelsOptions {
  /** Stops the loading. */
  signal?: AbortSignal | undefined
}

/**
 * Reads and compiles, once, the kernels that fit this machine. Many solvers can share them, in web workers too.
 *
 * @example
 * const kernels = await compileKernels({ relaxed: '/assets/relaxed.wasm', simd128: '/assets/simd128.wasm' })
 * const solvers = await Promise.all(models.map((weights) => createSolver({ weights, kernels })))
 *
 * @throws HrmError `engine_unavailable` where there is no WebAssembly SIMD, `engine_fetch`, `option_invalid`, `aborted`
 */
export async function compileKernels(
  sources?: KernelSources,
  options: CompileKernelsOptions = {},
): Promise<KernelSources> {
  refuseUnknown(options, { signal: true })
  const { signal } = options
  checkSignal(signal)
  const kernel = chooseKernel(createKernelLoader(sources, signal))
  const { build, module } = await untilAborted(kernel, signal, 'loading the kernels')
  return { [build]: module }
}
