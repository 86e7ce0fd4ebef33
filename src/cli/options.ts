import { InvalidArgumentError } from 'commander'
import { MAX_STEPS_LIMIT } from '../solve/options.ts'

/** A commander argument parser for decimal integers in `min..max`; no sign, no exponent, no blanks. */
export function integer(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d{1,16}$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
    }
    return value
  }
}

/** A commander argument parser for what may not be empty, as an unset variable of a shell is. */
export function nonEmpty(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must not be empty.')
  return text
}

/** ACT steps of one board. */
export const maxSteps = integer(1, MAX_STEPS_LIMIT)
/** Any seed the library takes. */
export const seed = integer(0, Number.MAX_SAFE_INTEGER)
