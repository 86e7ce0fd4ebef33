import { expect, test } from 'vitest'
import type { SolveStep } from '../../src/solve/types.ts'
import { agreementOf, agreementText } from './compare.ts'

const step = (number: number, board: string, confidence: number[]) => ({ step: number, board, confidence }) as SolveStep

const A = [step(1, '12', [0.5, 0.25]), step(2, '12', [0.9, 0.75]), step(3, '34', [1, 1])]

test('the same steps agree, rounded as the service does and with gaps in the stream', () => {
  expect(agreementOf(A, A)).toEqual({ compared: 3, firstDifference: undefined, sameDigits: 1 })
  const rounded = [step(1, '12', [0.50004, 0.25]), step(3, '34', [1, 1])]
  expect(agreementOf(A, rounded)).toEqual({ compared: 2, firstDifference: undefined, sameDigits: 1 })
  expect(agreementText(agreementOf(A, A))).toBe('in all 3 steps')
  expect(agreementText(agreementOf(A.slice(0, 1), A))).toBe('in the one step')
})

test('the first difference is named, of digits and of confidence', () => {
  const otherDigit = [A[0], step(2, '13', [0.9, 0.75]), A[2]]
  expect(agreementOf(A, otherDigit)).toEqual({ compared: 3, firstDifference: 2, sameDigits: 5 / 6 })
  expect(agreementText(agreementOf(A, otherDigit))).toBe('in 83.3% of all digits; differs from step 2 on')
  const otherBelief = [A[0], A[1], step(3, '34', [1, 0.999])]
  expect(agreementOf(A, otherBelief)).toEqual({ compared: 3, firstDifference: 3, sameDigits: 1 })
  expect(agreementText(agreementOf(A, otherBelief))).toBe('in every digit; confidence differs from step 3 on')
})

test('runs without a common step have nothing to compare', () => {
  expect(agreementOf(A, [])).toEqual({ compared: 0, firstDifference: undefined, sameDigits: 0 })
  expect(agreementText(agreementOf([], []))).toBe('no step to compare')
})
