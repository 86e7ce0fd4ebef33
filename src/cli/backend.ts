import type { BackendChoice } from '../engines/backend-option.ts'
import { type Engines, type OpenEnginesOptions, openEngines } from '../engines/create-engine.ts'
import type { Fallback } from '../engines/gpu.ts'
import { withFewerSlots } from '../solve/fewer-slots.ts'
import { type OpenedSolver, openSolver } from '../solve/open-solver.ts'
import type { CreateSolverOptions } from '../solve/types.ts'
import type { LoadedModel } from '../weights/load-model.ts'
import { remark } from './output.ts'

/** Boards side by side where they may be on a GPU. */
export const GPU_BATCH = 256

/** The solver's options for `--backend`. WebGPU and its packages are loaded only where the name asks for them. */
export async function backendOptions(
  backend: BackendChoice | undefined,
): Promise<Pick<CreateSolverOptions, 'backend' | 'webgpu' | 'onFallback'>> {
  if (!mayUseGpu(backend)) return { backend }
  const { webgpu } = await import('../webgpu/node.ts')
  return { backend, webgpu: webgpu(), onFallback: sayFallback }
}

/**
 * A solver for `--backend`.
 * @param slots boards computed side by side, at most: fewer where the memory for them ends
 * @param open gets the engines ready
 * @throws HrmError as `createSolver` does
 */
export async function openFor(
  loaded: LoadedModel,
  choice: BackendChoice | undefined,
  slots: number,
  open: (options: OpenEnginesOptions) => Promise<Engines> = openEngines,
): Promise<OpenedSolver> {
  const { backend = 'auto', ...gpu } = await backendOptions(choice)
  return openSolver(Promise.resolve(loaded), open({ backend, ...gpu }).then(withFewerSlots), slots)
}

export const mayUseGpu = (backend: BackendChoice | undefined): boolean => backend === 'webgpu' || backend === 'auto'

function sayFallback({ reason, to, error }: Fallback): void {
  remark(`Going on with ${to}, not WebGPU (${reason}): ${error.message}`)
}
