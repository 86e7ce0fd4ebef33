import { HrmError } from './errors.ts'
import { show } from './show.ts'

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
