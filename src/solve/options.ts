import { HrmError } from '../errors.ts'
import type { SolveOptions } from './types.ts'

/** Enough for the search to settle nearly every board; a few seconds at most in a page. */
export const DEFAULT_MAX_STEPS = 256
/** A million steps is over an hour: more is a slip. */
export const MAX_STEPS_LIMIT = 1_000_000

export const DEFAULT_SLOTS = 8
/** Default with WebGPU, where more boards at once cost little more time. */
export const GPU_SLOTS = 64
const MAX_SLOTS = 1024

export interface CheckedOptions {
  readonly maxSteps: number
  readonly seed: number
  readonly signal: AbortSignal | undefined
}

/** Fills in defaults. @throws HrmError `option_invalid` */
export function checkOptions(options: SolveOptions): CheckedOptions {
  const { maxSteps = DEFAULT_MAX_STEPS, seed = 0, signal } = options
  if (!Number.isInteger(maxSteps) || maxSteps < 1 || maxSteps > MAX_STEPS_LIMIT) {
    throw new HrmError('option_invalid', `maxSteps is ${maxSteps}, not a whole number from 1 to ${MAX_STEPS_LIMIT}`)
  }
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new HrmError('option_invalid', `seed is ${seed}, not a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`)
  }
  return { maxSteps, seed, signal }
}

/** @throws HrmError `aborted` with the signal's reason as cause */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortError(signal)
}

export function abortError(signal: AbortSignal): HrmError {
  return new HrmError('aborted', 'the solve was aborted', { cause: signal.reason })
}

/** @throws HrmError `option_invalid` */
export function checkSlots(slots: number): number {
  if (Number.isInteger(slots) && slots >= 1 && slots <= MAX_SLOTS) return slots
  throw new HrmError('option_invalid', `slots is ${slots}, not a whole number from 1 to ${MAX_SLOTS}`)
}
