import { expect, test } from 'vitest'
import { SUDOKU_SAMPLES, sampleBoard } from './samples.ts'

test('every sample is a different 9x9 board', () => {
  expect(new Set(SUDOKU_SAMPLES.map((s) => s.board)).size).toBe(SUDOKU_SAMPLES.length)
  for (const { board } of SUDOKU_SAMPLES) expect(board).toMatch(/^[1-9.]{81}$/)
})

test("the samples of hrm solve are of the benchmarks' kinds; other tasks have none", () => {
  expect(sampleBoard('sudoku').source).toContain('Sudoku-Extreme')
  expect(sampleBoard('maze').board).toMatch(/^([# SG]{30}\n){29}[# SG]{30}$/)
  expect(() => sampleBoard('paths')).toThrow('no sample board for paths')
})
