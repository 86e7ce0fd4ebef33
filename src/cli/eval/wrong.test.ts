import { expect, test } from 'vitest'
import { MAZE } from '../../../tests/helpers/configs.ts'
import { createGridTask } from '../../tasks/grid.ts'
import { createMazeTask } from '../../tasks/maze/maze.ts'
import { createSudokuTask } from '../../tasks/sudoku/sudoku.ts'
import type { ModelConfig } from '../../weights/config.ts'
import { isWrong } from './wrong.ts'

const sudoku = createSudokuTask({
  token_kind: 'candidates',
  lists: [],
  task: { name: 'sudoku', kind: 'sudoku', rows: 4, cols: 4, box_rows: 2, box_cols: 2, symbols: [] },
} as unknown as ModelConfig)
const grid = createGridTask({
  token_kind: 'cells',
  lists: [],
  output_size: 2,
  task: { name: 'letters', kind: 'grid', rows: 1, cols: 2, symbols: ['a', 'b'] },
} as unknown as ModelConfig)

const maze = createMazeTask(MAZE)

const ANSWER = '1234341221434321'

test('the answer, and no answer, are not wrong', () => {
  expect(isWrong(sudoku, '1...............', ANSWER, ANSWER)).toBe(false)
  expect(isWrong(sudoku, '1...............', ANSWER, null)).toBe(false)
  expect(isWrong(grid, 'aa', 'ab', 'ab')).toBe(false)
})

test('another solution of a puzzle that has several is not wrong', () => {
  expect(isWrong(sudoku, '1...............', ANSWER, '1324241331424231')).toBe(false)
})

test('a board that breaks a rule or drops a given is wrong', () => {
  expect(isWrong(sudoku, '1...............', ANSWER, '1234341221434312')).toBe(true)
  expect(isWrong(sudoku, '2...............', `2${ANSWER.slice(1)}`, ANSWER)).toBe(true)
})

test('in a maze every shortest way is right, and nothing else', () => {
  const wrong = (solution: string) => isWrong(maze, 'S     \nG   # ', 'S     G   # ', solution)
  expect(wrong('S     G   # ')).toBe(false)
  expect(wrong('So    Go  # ')).toBe(true)
  expect(isWrong(maze, 'S.#\n..#\n..G', 'So# o# oG', 'S #o #ooG')).toBe(false)
  const corner = (solution: string) => isWrong(maze, 'S #\n  #\n  G', 'S #o #ooG', solution)
  expect(corner('S #o #ooG')).toBe(false)
  expect(corner('So# o# oG')).toBe(false)
  expect(corner('So#oo#ooG')).toBe(true) // no way
  expect(corner('S #o #  G')).toBe(true)
  expect(corner('S  o #ooG')).toBe(true) // a wall is gone
})

test('without rules, whatever differs from the answer is wrong', () => {
  expect(isWrong(grid, 'aa', 'ab', 'bb')).toBe(true)
})
