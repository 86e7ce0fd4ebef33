import { expect, test } from 'vitest'
import { MAZE } from '../../tests/helpers/configs.ts'
import { createTask } from '../tasks/create-task.ts'
import { WALL } from '../tasks/maze/parse.ts'
import { movesOf } from '../tasks/maze/rules.ts'
import { SUDOKU_SAMPLES, sampleBoard } from './samples.ts'

test('every sample is a different 9x9 board', () => {
  expect(new Set(SUDOKU_SAMPLES.map((s) => s.board)).size).toBe(SUDOKU_SAMPLES.length)
  for (const { board } of SUDOKU_SAMPLES) expect(board).toMatch(/^[1-9.]{81}$/)
})

test("the samples of hrm solve are of the benchmarks' kinds; other tasks have none", () => {
  expect(sampleBoard('sudoku').source).toContain('Sudoku-Extreme')
  const { cells, shape } = createTask(MAZE).parse(sampleBoard('maze').board)
  expect([shape.rows, shape.cols]).toEqual([30, 30])
  expect(movesOf(cells, shape, (symbol) => symbol !== WALL)).toBeGreaterThanOrEqual(109)
  expect(() => sampleBoard('paths')).toThrow('no sample board for paths')
})
