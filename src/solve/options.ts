import { checkFunction, checkSignal, checkWhole, refuseUnknown } from '../check-options.ts'
import type { CreateSolverOptions, SolveBatchOptions } from './types.ts'

/** Enough for the search to settle nearly every board. */
export const DEFAULT_MAX_STEPS = 256
/** A million steps take half a day: more is a slip. */
export const MAX_STEPS_LIMIT = 1_000_000

/** Enough to fill the engine's batch, few enough to stay in the cache. */
export const DEFAULT_SLOTS = 8
/** Default with WebGPU, where more boards at once cost little more time. */
export const GPU_SLOTS = 64
const MAX_SLOTS = 1024

/** What `createSolver` of `hrm-edge` takes. */
export const CREATE_OPTIONS: Record<keyof CreateSolverOptions, true> = {
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

export interface CheckedOptions {
  readonly maxSteps: number
  readonly seed: number
  readonly signal: AbortSignal | undefined
}

/** Those of every kind of solve, so that one object of options serves them all. */
const SOLVE_OPTIONS: Record<keyof SolveBatchOptions, true> = {
  maxSteps: true,
  seed: true,
  signal: true,
  onProgress: true,
}

/** Fills in defaults. @throws HrmError `option_invalid` */
export function checkOptions(options: SolveBatchOptions): CheckedOptions {
  refuseUnknown(options, SOLVE_OPTIONS)
  const { maxSteps = DEFAULT_MAX_STEPS, seed = 0, signal } = options
  checkWhole('maxSteps', maxSteps, 1, MAX_STEPS_LIMIT)
  checkWhole('seed', seed, 0, Number.MAX_SAFE_INTEGER)
  checkSignal(signal)
  checkFunction('onProgress', options.onProgress)
  return { maxSteps, seed, signal }
}

/** @throws HrmError `option_invalid` */
export function checkSlots(slots: number): number {
  return checkWhole('slots', slots, 1, MAX_SLOTS)
}
