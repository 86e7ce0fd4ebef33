import { expect, test } from 'vitest'
import type { SolveStep } from '../../src/solve/types.ts'
import { symmetriesOf } from '../../src/tasks/maze/symmetries.ts'
import { segmentsOf } from './segments.ts'

const step = (number: number, attempt: number, kind: SolveStep['kind'], guess?: SolveStep['guess']) =>
  ({ step: number, attempt, kind, guess }) as SolveStep

test('cuts a solve where an attempt or a guess begins', () => {
  const guess = { cell: 22, symbol: '7' }
  const steps = [
    step(1, 1, 'plain'),
    step(2, 1, 'plain'),
    step(3, 2, 'noise'),
    step(4, 3, 'guess', guess),
    step(5, 3, 'guess', { ...guess }),
    step(6, 3, 'guess', { cell: 22, symbol: '8' }),
    step(8, 4, 'guess', { cell: 0, symbol: '1' }),
    step(9, 5, 'guess'),
    step(10, 6, 'guess'),
    step(11, 7, 'noise'),
    step(12, 8, 'noise'),
    // Steps between were not read.
    step(20, 12, 'guess'),
  ]
  expect(segmentsOf(steps)).toEqual([
    { first: 1, step: 1, attempt: 1, name: 'the model’s own start' },
    { first: 3, step: 3, attempt: 2, name: 'start with noise' },
    { first: 4, step: 4, attempt: 3, name: 'guess: 7 at row 3, column 5' },
    { first: 6, step: 6, attempt: 3, name: 'guess: 8 at row 3, column 5' },
    { first: 7, step: 8, attempt: 4, name: 'guess: 1 at row 1, column 1' },
    { first: 8, step: 9, attempt: 5, name: '1 at row 1, column 1 ruled out' },
    { first: 9, step: 10, attempt: 6, name: '8 at row 3, column 5 ruled out' },
    { first: 10, step: 11, attempt: 7, name: 'start with noise' },
    { first: 11, step: 12, attempt: 8, name: 'start with noise' },
    { first: 12, step: 20, attempt: 12, name: 'a guess ruled out' },
  ])
  expect(segmentsOf([])).toEqual([])
})

test('later attempts at a maze are named by how it is turned or mirrored', () => {
  // Where each of these comes to stand, seen by the letters of the corners.
  const seen: Record<string, string> = {
    'turned by 180°': 'dcba',
    'mirrored top to bottom': 'cdab',
    'mirrored left to right': 'badc',
    'mirrored on the diagonal': 'acbd',
    'turned by 90° clockwise': 'cadb',
    'turned by 90° anticlockwise': 'bdac',
    'mirrored on the other diagonal': 'dbca',
  }
  const views = symmetriesOf({ rows: 2, cols: 2, boxRows: 1, boxCols: 1 })
  const steps = Array.from({ length: 8 }, (_, i) => step(i + 1, i + 1, 'plain'))
  const names = segmentsOf(steps).map(({ name }) => name)
  expect(names[0]).toBe('the model’s own start')
  expect(names.slice(1).map((name) => seen[name])).toEqual(
    views.map((view) => Array.from(view, (cell) => 'abcd'[cell]).join('')),
  )
})
