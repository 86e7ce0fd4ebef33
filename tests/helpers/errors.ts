import { expect } from 'vitest'
import { HrmError, type HrmErrorCode } from '../../src/errors.ts'

/** Runs `call`, which must throw an HrmError of this code whose message matches. */
export function expectHrmError(call: () => unknown, code: HrmErrorCode, message: RegExp | string = ''): HrmError {
  let thrown: unknown
  try {
    call()
  } catch (error) {
    thrown = error
  }
  return checkHrmError(thrown, code, message)
}

/** The same for a promise. */
export async function expectHrmRejection(
  promise: Promise<unknown>,
  code: HrmErrorCode,
  message: RegExp | string = '',
): Promise<HrmError> {
  let thrown: unknown
  try {
    await promise
  } catch (error) {
    thrown = error
  }
  return checkHrmError(thrown, code, message)
}

function checkHrmError(thrown: unknown, code: HrmErrorCode, message: RegExp | string): HrmError {
  expect(thrown).toBeInstanceOf(HrmError)
  const error = thrown as HrmError
  expect(error.code, error.message).toBe(code)
  expect(error.message).toMatch(message)
  return error
}
