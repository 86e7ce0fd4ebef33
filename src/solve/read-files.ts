import type { KernelBuild } from '../platform/platform.ts'
import type { CreateSolverOptions } from './types.ts'

/** Files that a solver was made from and that were not among its options: another is made from them without reading anything. */
export interface ReadFiles {
  weights?: Uint8Array
  readonly kernels: { [build in KernelBuild]?: Uint8Array }
}

/** A symbol is none of the options that a caller can give, and is not among those that there are said to be. */
const FILES = Symbol('files that createSolver reads')

/** The options, from which `createSolver` puts what it reads into `files`. */
export function noteFiles(options: CreateSolverOptions, files: ReadFiles): CreateSolverOptions {
  return Object.assign({ ...options }, { [FILES]: files })
}

/** Where to put what is read, if anybody wants it. */
export function filesFor(options: CreateSolverOptions): ReadFiles | undefined {
  return (options as { [FILES]?: ReadFiles })[FILES]
}
