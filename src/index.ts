import { checkSignal, refuseUnknown } from './check-options.ts'
import { BACKENDS, backendOf } from './engines/backend-option.ts'
import { openEngines } from './engines/create-engine.ts'
import { withFewerSlots } from './solve/fewer-slots.ts'
import { openSolver } from './solve/open-solver.ts'
import { checkSlots, DEFAULT_SLOTS, GPU_SLOTS } from './solve/options.ts'
import { filesFor } from './solve/read-files.ts'
import type { CreateSolverOptions, Solver } from './solve/types.ts'
import { createKernelLoader } from './wasm/kernel-sources.ts'
import { loadModel } from './weights/load-model.ts'

export { HRM_ERROR_CODES, HrmError } from './errors.ts'
export type * from './public-types.ts'

const CREATE_OPTIONS: Record<keyof CreateSolverOptions, true> = {
  task: true,
  weights: true,
  sha256: true,
  cache: true,
  backend: true,
  engine: true,
  webgpu: true,
  onFallback: true,
  kernels: true,
  slots: true,
  signal: true,
  onProgress: true,
}

/**
 * Loads a model and makes it ready to solve.
 *
 * @example
 * const solver = await createSolver({ task: 'sudoku' })
 * const { status, solution } = await solver.solve('53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79')
 * solver.dispose()
 *
 * @throws HrmError `weights_*`, `task_unknown`, `task_mismatch`, `engine_unavailable`,
 * `engine_fetch`, `option_invalid`, `aborted`
 */
export async function createSolver(options: CreateSolverOptions = {}): Promise<Solver> {
  refuseUnknown(options, CREATE_OPTIONS)
  const slots = checkSlots(options.slots ?? (options.webgpu ? GPU_SLOTS : DEFAULT_SLOTS))
  const { webgpu, onFallback, kernels, signal } = options
  const backend = backendOf(options, BACKENDS)
  checkSignal(signal)
  const loadKernel = createKernelLoader(kernels, signal, filesFor(options)?.kernels)
  const opening = openEngines({ backend, webgpu, onFallback, loadKernel })
  const engines = options.slots === undefined ? opening.then(withFewerSlots) : opening
  return (await openSolver(loadModel(options), engines, slots, signal)).solver
}
