import type { BackendChoice } from '../engines/backend-option.ts'
import type { Fallback } from '../engines/gpu.ts'
import type { CreateSolverOptions } from '../solve/types.ts'
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

export const mayUseGpu = (backend: BackendChoice | undefined): boolean => backend === 'webgpu' || backend === 'auto'

function sayFallback({ reason, to, error }: Fallback): void {
  remark(`Going on with ${to}, not WebGPU (${reason}): ${error.message}`)
}
