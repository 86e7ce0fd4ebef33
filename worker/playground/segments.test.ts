import { expect, test } from 'vitest'
import type { SolveStep } from '../../src/solve/types.ts'
import { segmentsOf } from './segments.ts'

const step = (attempt: number, kind: SolveStep['kind'], guess?: SolveStep['guess']) =>
  ({ attempt, kind, guess }) as SolveStep

test('cuts a solve where an attempt or a guess begins', () => {
  const guess = { cell: 22, symbol: '7' }
  const steps = [
    step(1, 'plain'),
    step(1, 'plain'),
    step(2, 'noise'),
    step(3, 'guess', guess),
    step(3, 'guess', { ...guess }),
    step(3, 'guess', { cell: 22, symbol: '8' }),
    step(3, 'guess'),
    step(4, 'noise'),
    step(5, 'noise'),
  ]
  expect(segmentsOf(steps)).toEqual([
    { first: 1, last: 2, attempt: 1, name: 'the model’s own start' },
    { first: 3, last: 3, attempt: 2, name: 'start with noise' },
    { first: 4, last: 5, attempt: 3, name: 'guess: 7 at row 3, column 5' },
    { first: 6, last: 6, attempt: 3, name: 'guess: 8 at row 3, column 5' },
    { first: 7, last: 7, attempt: 3, name: 'after a guess was ruled out' },
    { first: 8, last: 8, attempt: 4, name: 'start with noise' },
    { first: 9, last: 9, attempt: 5, name: 'start with noise' },
  ])
  expect(segmentsOf([])).toEqual([])
})
