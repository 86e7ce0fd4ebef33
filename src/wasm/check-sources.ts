import { refuseUnknown } from '../check-options.ts'
import type { KernelBuild } from '../platform/platform.ts'

export const BUILDS: Readonly<Record<KernelBuild, true>> = { relaxed: true, simd128: true }

/** A file of its own: `hrm-edge/worker` checks in the page, with nothing of what loads kernels. @throws `option_invalid` */
export function checkSources<T extends object>(sources: T): T {
  refuseUnknown(sources, BUILDS, 'kernels')
  return sources
}
