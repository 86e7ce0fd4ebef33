import { HrmError } from '../errors.ts'
import { abortError, onAbort } from '../on-abort.ts'
import { show } from '../show.ts'
import type { SolveBatchOptions } from './types.ts'

/** Enough for the search to settle nearly every board. */
export const DEFAULT_MAX_STEPS = 256
/** A million steps take half a day: more is a slip. */
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

/** @throws HrmError `aborted` with the signal's reason as cause */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortError(signal)
}

/**
 * Waits no longer than the signal allows; what is waited for goes on.
 * @param work what it is that an abort ends, for the message. Default: the solve
 * @throws HrmError `aborted` with the signal's reason as cause
 */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined, work?: string): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const abort = () => reject(abortError(signal, work))
    if (signal.aborted) abort()
    promise.then(resolve, reject).finally(onAbort(signal, abort))
  })
}

/** @throws HrmError `option_invalid` */
export function checkSlots(slots: number): number {
  return checkWhole('slots', slots, 1, MAX_SLOTS)
}

/** @throws HrmError `option_invalid`, with quotes around a value that is text: `"5"` is no number */
export function checkWhole(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new HrmError('option_invalid', `${name} is ${show(value)}, not a whole number from ${least} to ${most}`)
}

/**
 * A misspelt option would be as good as not given. One whose value is undefined is not.
 * @throws HrmError `option_invalid`
 */
export function refuseUnknown(options: object, known: Readonly<Record<string, true>>, name = 'options'): void {
  checkObject(options, name)
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || Object.hasOwn(known, key)) continue
    const names = Object.keys(known).join(', ')
    throw new HrmError('option_invalid', `there is no option ${JSON.stringify(key)}; there are ${names}`)
  }
}

/** @throws HrmError `option_invalid` */
export function checkObject(options: unknown, name = 'options'): void {
  if (typeof options === 'object' && options !== null) return
  throw new HrmError('option_invalid', `the ${name} are ${options === null ? 'null' : typeof options}, not an object`)
}

/** @throws HrmError `option_invalid` */
export function checkFunction(name: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return
  throw new HrmError('option_invalid', `${name} must be a function`)
}

/**
 * By what it can do, for the signal may come from another window. One that cannot be listened to would never be heard.
 * @throws HrmError `option_invalid`
 */
export function checkSignal(signal: unknown): void {
  if (signal === undefined) return
  const { aborted, addEventListener, removeEventListener } = Object(signal)
  const listens = typeof addEventListener === 'function' && typeof removeEventListener === 'function'
  if (typeof aborted !== 'boolean' || !listens) throw new HrmError('option_invalid', 'signal must be an AbortSignal')
}
