import { checkSignal, refuseUnknown } from '../check-options.ts'
import { BACKENDS, backendOf } from '../engines/backend-option.ts'
import { openEngines } from '../engines/create-engine.ts'
import { createKernelLoader, type ReadKernels } from '../wasm/kernel-sources.ts'
import { loadModel } from '../weights/load-model.ts'
import { withFewerSlots } from './fewer-slots.ts'
import { openSolver } from './open-solver.ts'
import { CREATE_OPTIONS, checkSlots, DEFAULT_SLOTS, GPU_SLOTS } from './options.ts'
import type { CreateSolverOptions, Solver } from './types.ts'

/** Files that a solver was made from and that were not among its options: another is made from them without reading anything. */
export interface ReadFiles {
  weights?: Uint8Array
  readonly kernels: ReadKernels
}

/**
 * `createSolver` of `hrm-edge`.
 * @param files is given what is read
 */
export async function createSolver(options: CreateSolverOptions, files?: ReadFiles): Promise<Solver> {
  refuseUnknown(options, CREATE_OPTIONS)
  const slots = checkSlots(options.slots ?? (options.webgpu ? GPU_SLOTS : DEFAULT_SLOTS))
  const { webgpu, onFallback, kernels, signal } = options
  const backend = backendOf(options, BACKENDS)
  checkSignal(signal)
  const loadKernel = createKernelLoader(kernels, signal, files?.kernels)
  const opening = openEngines({ backend, webgpu, onFallback, loadKernel })
  const engines = options.slots === undefined ? opening.then(withFewerSlots) : opening
  return (await openSolver(loadModel(options, files), engines, slots, signal)).solver
}
