import { expect, test } from 'vitest'
import type { SolveStep } from '../../src/solve/types.ts'
import { symmetriesOf } from '../../src/tasks/maze/symmetries.ts'
import { segmentsOf } from './segments.ts'

const step = (
  number: number,
  attempt: number,
  kind: SolveStep['kind'],
  start: Pick<SolveStep, 'guesses' | 'ruledOut'> = {},
) => ({ step: number, attempt, kind, ...start }) as SolveStep

test('cuts a solve where an attempt begins', () => {
  const [seven, one] = [
    { cell: 22, symbol: '7' },
    { cell: 0, symbol: '1' },
  ]
  const steps = [
    step(1, 1, 'plain'),
    step(2, 1, 'plain'),
    step(3, 2, 'noise'),
    step(4, 3, 'guess', { guesses: [seven] }),
    step(5, 3, 'guess', { guesses: [seven] }),
    step(6, 4, 'guess', { guesses: [one, seven] }),
    step(7, 5, 'guess', { ruledOut: seven }),
    // Steps between were not read.
    step(20, 12, 'guess', { ruledOut: one }),
    step(21, 13, 'noise'),
    step(22, 14, 'noise'),
  ]
  expect(segmentsOf(steps)).toEqual([
    { first: 1, step: 1, attempt: 1, name: 'the model’s own start' },
    { first: 3, step: 3, attempt: 2, name: 'start with noise' },
    { first: 4, step: 4, attempt: 3, name: 'guess: 7 at row 3, column 5' },
    { first: 6, step: 6, attempt: 4, name: '2 guesses: 1 at row 1, column 1, …' },
    { first: 7, step: 7, attempt: 5, name: '7 at row 3, column 5 ruled out' },
    { first: 8, step: 20, attempt: 12, name: '1 at row 1, column 1 ruled out' },
    { first: 9, step: 21, attempt: 13, name: 'start with noise' },
    { first: 10, step: 22, attempt: 14, name: 'start with noise' },
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
