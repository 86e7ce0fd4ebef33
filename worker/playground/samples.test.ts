import { expect, test } from 'vitest'
import { parseBoardText } from './board-text.ts'
import { conflictsOf, countFilled } from './cells.ts'
import { SAMPLE_SETS } from './samples.ts'

const boards = SAMPLE_SETS.flatMap(({ boards }) => boards)

test.each(boards)('%s is a board with enough givens and no conflict', (board) => {
  expect(parseBoardText(board)).toEqual({ board })
  expect(conflictsOf(board).size).toBe(0)
  // No Sudoku with fewer than 17 givens has one solution.
  expect(countFilled(board)).toBeGreaterThanOrEqual(17)
})

test('no board is there twice', () => {
  expect(new Set(boards).size).toBe(boards.length)
})
