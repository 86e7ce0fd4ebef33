import { describe, expect, it } from 'vitest'
import { expectHrmError } from '../../tests/helpers/errors.ts'
import { checkOptions, checkSlots, DEFAULT_MAX_STEPS, MAX_STEPS_LIMIT } from './options.ts'

/** Text shows as text: `"5" is not a whole number` is true. */
const shown = (value: unknown) => (typeof value === 'string' ? JSON.stringify(value) : String(value))

describe('checkOptions', () => {
  it('fills in defaults', () => {
    expect(checkOptions({})).toEqual({ maxSteps: DEFAULT_MAX_STEPS, seed: 0, signal: undefined })
  })

  it('takes its limits', () => {
    const signal = new AbortController().signal
    const options = { maxSteps: MAX_STEPS_LIMIT, seed: Number.MAX_SAFE_INTEGER, signal }
    expect(checkOptions(options)).toEqual(options)
    expect(checkOptions({ maxSteps: 1 }).maxSteps).toBe(1)
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, MAX_STEPS_LIMIT + 1, '16', null])(
    'refuses maxSteps %j',
    (maxSteps) => {
      expectHrmError(
        () => checkOptions({ maxSteps: maxSteps as never }),
        'option_invalid',
        `maxSteps is ${shown(maxSteps)}, not`,
      )
    },
  )

  it.each([-1, 0.5, Number.NaN, 2 ** 53, '0', null])('refuses the seed %j', (seed) => {
    expectHrmError(() => checkOptions({ seed: seed as never }), 'option_invalid', `seed is ${shown(seed)}, not`)
  })

  it('refuses what is no option, by name, and passes over what is undefined', () => {
    expectHrmError(
      () => checkOptions({ maxstep: 3 } as never),
      'option_invalid',
      'there is no option "maxstep"; there are',
    )
    expectHrmError(() => checkOptions({ toString: 3 } as never), 'option_invalid', '"toString"')
    expect(checkOptions({ maxSteps: 3, onProgress() {}, other: undefined } as never).maxSteps).toBe(3)
  })
})

describe('checkOptions, of what is no number,', () => {
  it.each([null, 5, 'x', () => {}])('refuses options that are %s', (options) => {
    expectHrmError(() => checkOptions(options as never), 'option_invalid', 'not an object')
  })

  it.each([null, 5, 'x', {}, { aborted: false }, { aborted: false, addEventListener() {} }])(
    'refuses the signal %j',
    (signal) => {
      expectHrmError(() => checkOptions({ signal: signal as never }), 'option_invalid', 'signal must be')
    },
  )

  it.each([null, 5, {}])('refuses the onProgress %j', (onProgress) => {
    expectHrmError(() => checkOptions({ onProgress: onProgress as never }), 'option_invalid', 'onProgress must be')
  })
})

describe('checkSlots', () => {
  it('takes 1 to 1024', () => {
    expect([checkSlots(1), checkSlots(1024)]).toEqual([1, 1024])
  })

  it('refuses what no text can be made of', () => {
    for (const slots of [8n, Symbol(), Object.create(null)]) {
      expectHrmError(() => checkSlots(slots as never), 'option_invalid', 'slots is')
    }
  })

  it.each([0, 1025, 1.5, Number.NaN, '8', null])('refuses %j', (slots) => {
    expectHrmError(() => checkSlots(slots as never), 'option_invalid', `slots is ${shown(slots)}, not`)
  })
})
