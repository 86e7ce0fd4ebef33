import { HrmError } from '../errors.ts'
import type { KernelBuild } from '../platform/platform.ts'

/** A file of its own: `hrm-edge/worker` needs the error in the page, and nothing of what loads kernels. */
export function kernelFailure(build: KernelBuild, cause: unknown): HrmError {
  return new HrmError('engine_fetch', `the ${build} kernels could not be loaded: ${(cause as Error).message}`, {
    cause,
  })
}
