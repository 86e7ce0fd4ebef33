import { expect, test } from 'vitest'
import { MAZE, SMALLEST } from '../../tests/helpers/configs.ts'
import type { SolveResult } from '../index.ts'
import { describeSeveral } from './solve-report.ts'

test('shows symbols that a terminal would obey, in answers and in boards given back, and does not send them', () => {
  const result = { task: 'paths', steps: 2, attempts: 1, verified: false, model: 'tiny' }
  const results: SolveResult[] = [
    { ...result, status: 'solved', solution: 'a\u001b' },
    { ...result, status: 'unsolved', solution: null },
  ]
  expect(describeSeveral([{ board: 'ab' }, { board: 'b\u009b' }], results, 3, SMALLEST).split('\n')).toEqual([
    'a\\u001b  solved in 2 steps, 1 attempt, not verified: the task has no known rules',
    'b\\x9b  unsolved after 2 steps, 1 attempt',
    '1 of 2 solved, 3 ms (tiny)',
  ])
})

test('draws each of several mazes', () => {
  const result = { task: 'maze', steps: 1, attempts: 1, model: 'tiny' }
  const results: SolveResult[] = [
    { ...result, status: 'solved', solution: 'So# G#', verified: true },
    { ...result, status: 'unsolved', solution: null, verified: false },
  ]
  const lines = describeSeveral([{ board: 'S.#\n.G#' }, { board: 'S G\n  #' }], results, 3, MAZE, false).split('\n')
  expect(lines).toEqual([
    '  S #     So#',
    '   G#      G#',
    '',
    'solved in 1 step, 1 attempt, verified',
    '',
    '  S G',
    '    #',
    '',
    'unsolved after 1 step, 1 attempt',
    '',
    '1 of 2 solved, 3 ms (tiny)',
  ])
})
