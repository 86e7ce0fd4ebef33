import { expect, test } from 'vitest'
import type { RowResult } from './evaluator.ts'
import { describeReport, detail, summarise } from './report.ts'

const RUN = { task: 'sudoku', hasRules: true, seconds: 2.00049, max_steps: 64, model: 'm' }

const RESULTS: RowResult[] = [
  { status: 'solved', steps: 4, rawExact: true, rawValid: true, halts: true, wrong: false },
  { status: 'solved', steps: 40, rawExact: false, rawValid: false, halts: true, wrong: true },
  { status: 'unsolved', steps: 64, rawExact: false, rawValid: false, halts: false, wrong: false },
  { status: 'solved', steps: 2, rawExact: true, rawValid: true, halts: true, wrong: false },
]

test('summarises shares, counts and steps', () => {
  const report = summarise(RESULTS, RUN)
  expect(report).toEqual({
    task: 'sudoku',
    n: 4,
    solved: 0.75,
    wrong: 1,
    unsolved: 1,
    raw_exact: 0.5,
    raw_valid: 0.5,
    mean_steps: 27.5,
    p50_steps: 4,
    p99_steps: 64,
    seconds: 2,
    max_steps: 64,
    model: 'm',
  })
  expect(describeReport(report)).toContain('solved     75.00%   (unsolved 1, wrong 1)')
})

test('a board that obeys the rules is right, also where it is not the answer of the data set', () => {
  const other: RowResult = { status: 'solved', steps: 3, rawExact: false, rawValid: true, halts: true, wrong: false }
  const report = summarise([...RESULTS.slice(0, 1), other], RUN)
  expect(report).toMatchObject({ raw_exact: 0.5, raw_valid: 1 })
  expect(describeReport(report)).toContain('raw exact  50.00%   (one attempt, no verifier; obeys the rules 100.00%)')
  expect(detail([other], 64).halting).toEqual({ precision: 1, recall: 1 })
})

test('says nothing of rules where none are known', () => {
  const report = summarise(RESULTS, { ...RUN, hasRules: false })
  expect(report).not.toHaveProperty('raw_valid')
  expect(describeReport(report)).toContain('raw exact  50.00%   (one attempt, no verifier)')
})

test('tells how the share solved grows, and what the word of the halting head is worth', () => {
  const details = detail(RESULTS, 64)
  expect(details.solved_within).toEqual([
    { steps: 1, solved: 0 },
    { steps: 2, solved: 0.25 },
    { steps: 4, solved: 0.5 },
    { steps: 8, solved: 0.5 },
    { steps: 16, solved: 0.5 },
    { steps: 32, solved: 0.5 },
    { steps: 64, solved: 0.75 },
  ])
  expect(details.halting).toEqual({ precision: 2 / 3, recall: 1 })
  const never = RESULTS.map((r) => ({ ...r, halts: false }))
  expect(detail(never, 64).halting).toEqual({ precision: null, recall: 0 })
  const text = describeReport({ ...summarise(RESULTS, RUN), details })
  expect(text).toContain('within     1: 0.00%, 2: 25.00%')
  expect(text).toContain('halting    precision 66.67%, recall 100.00%')
})
