import { expect, test } from 'vitest'
import type { PrecisionStep } from './lockstep.ts'
import { outcomeText, stepTexts } from './wording.ts'

const step = (number: number, first: boolean, second: boolean, milliseconds = 5): PrecisionStep => ({
  step: number,
  open: 57,
  alike: 56,
  beliefGap: 0.12345,
  logitGap: 0.0123,
  first: { solved: first, milliseconds },
  second: { solved: second, milliseconds: 400 * milliseconds },
})

test('a row tells the step in percent', () => {
  expect(stepTexts(step(3, false, false))).toEqual(['3', '56 of 57', '12%', '1.2%'])
  expect(stepTexts({ ...step(1, true, true), beliefGap: 0, logitGap: 0.00001 }).slice(2)).toEqual([
    '0.0%',
    'below 0.1%',
  ])
})

test('the outcome names who solves it, and what the steps in the middle took', () => {
  const pace = 'A step takes 5 ms in int8, 2.0 s in float32.'
  expect(outcomeText([step(1, false, false, 900), step(2, false, false), step(3, false, false)])).toBe(
    `Neither solves it within 3 steps. ${pace}`,
  )
  expect(outcomeText([step(1, false, false), step(2, true, true)])).toBe(`Both solve it at step 2. ${pace}`)
  expect(outcomeText([step(1, true, false), step(2, true, true)])).toBe(
    `Int8 solves it at step 1; float32 solves it at step 2. ${pace}`,
  )
  // It may go on and lose what it had.
  expect(outcomeText([step(1, false, true), step(2, false, false)])).toBe(
    `Int8 does not; float32 solves it at step 1. ${pace}`,
  )
})
