import { describe, expect, test } from 'vitest'
import { CELLS, cellName, clashesOf, conflictsOf, countFilled, EMPTY_BOARD, withCell } from './cells.ts'

const board = (cells: Record<number, string>) =>
  Object.entries(cells).reduce((filled, [index, digit]) => withCell(filled, Number(index), digit), EMPTY_BOARD)

test('names cells as people count them', () => {
  expect(cellName(0)).toBe('row 1, column 1')
  expect(cellName(22)).toBe('row 3, column 5')
  expect(cellName(CELLS - 1)).toBe('row 9, column 9')
})

test('counts filled cells', () => {
  expect(countFilled(EMPTY_BOARD)).toBe(0)
  expect(countFilled(board({ 0: '1', 80: '9' }))).toBe(2)
})

describe('conflictsOf', () => {
  test.each([
    ['row', 0, 8],
    ['column', 0, 72],
    ['box', 0, 20],
    ['last box', 60, 80],
  ])('finds both cells of a pair in one %s', (_, a, b) => {
    expect([...conflictsOf(board({ [a]: '7', [b]: '7' }))].sort((x, y) => x - y)).toEqual([a, b])
  })

  test('finds none between cells that share no unit, nor between empty cells', () => {
    expect(conflictsOf(board({ 0: '7', 12: '7', 80: '7' })).size).toBe(0)
    expect(conflictsOf(EMPTY_BOARD).size).toBe(0)
  })
})

test('clashesOf names each cell that this one clashes with, and no other pair', () => {
  const two = board({ 0: '7', 8: '7', 10: '7', 40: '7', 76: '7' })
  expect(clashesOf(two, 0)).toEqual([8, 10])
  expect(clashesOf(two, 40)).toEqual([76])
  expect(clashesOf(two, 1)).toEqual([])
})
