import { expect, test } from 'vitest'
import type { SolveResult } from '../index.ts'
import { describeSeveral } from './solve-report.ts'

test('shows symbols that a terminal would obey, in answers and in boards given back, and does not send them', () => {
  const result = { task: 'paths', steps: 2, attempts: 1, verified: false, model: 'tiny' }
  const results: SolveResult[] = [
    { ...result, status: 'solved', solution: 'a\u001b' },
    { ...result, status: 'unsolved', solution: null },
  ]
  expect(describeSeveral([{ board: 'ab' }, { board: 'b\u009b' }], results, 3).split('\n')).toEqual([
    'a\\u001b  solved in 2 steps, 1 attempt, not verified: the task has no known rules',
    'b\\x9b  unsolved after 2 steps, 1 attempt',
    '1 of 2 solved, 3 ms (tiny)',
  ])
})
