import { expect, test } from 'vitest'
import { MAZE, SMALLEST } from '../../tests/helpers/configs.ts'
import type { SolveResult } from '../index.ts'
import type { ModelConfig } from '../weights/config.ts'
import { describeAll, describeEach } from './solve-report.ts'

/** The lines for several boards. */
function describe(boards: string[], results: SolveResult[], config: ModelConfig): string[] {
  const each = results.map((result, i) => describeEach(boards[i], result, config, false))
  return [...each, describeAll(results, 3)].join('\n').split('\n')
}

test('shows symbols that a terminal would obey, in answers and in boards given back, and does not send them', () => {
  const result = { task: 'paths', steps: 2, attempts: 1, verified: false, model: 'tiny' }
  const results: SolveResult[] = [
    { ...result, status: 'solved', solution: 'a\u001b' },
    { ...result, status: 'unsolved', solution: null },
  ]
  expect(describe(['ab', 'b\u009b'], results, SMALLEST)).toEqual([
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
  expect(describe(['S.#\n.G#', 'S G\n  #'], results, MAZE)).toEqual([
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
