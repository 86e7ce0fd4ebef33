import { expect, test } from 'vitest'
import { describeReport, summarise } from './report.ts'

const RUN = { task: 'sudoku', seconds: 2.00049, max_steps: 64, model: 'm' }

test('summarises shares, counts and steps', () => {
  const report = summarise(
    [
      { status: 'solved', steps: 4, rawExact: true, wrong: false },
      { status: 'solved', steps: 40, rawExact: false, wrong: true },
      { status: 'unsolved', steps: 64, rawExact: false, wrong: false },
      { status: 'solved', steps: 2, rawExact: true, wrong: false },
    ],
    RUN,
  )
  expect(report).toEqual({
    task: 'sudoku',
    n: 4,
    solved: 0.75,
    wrong: 1,
    unsolved: 1,
    raw_exact: 0.5,
    mean_steps: 27.5,
    p50_steps: 4,
    p99_steps: 64,
    seconds: 2,
    max_steps: 64,
    model: 'm',
  })
  expect(describeReport(report)).toContain('solved     75.00%   (unsolved 1, wrong 1)')
})
