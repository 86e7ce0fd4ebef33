import { expect, test } from 'vitest'
import { lineTo } from './line.ts'

test.each([
  ['a row', 12, 17, [13, 14, 15, 16, 17]],
  ['a row, backwards', 17, 14, [16, 15, 14]],
  ['a column', 3, 33, [13, 23, 33]],
  ['a diagonal', 44, 11, [33, 22, 11]],
  ['a slope', 20, 45, [21, 32, 33, 44, 45]],
  ['one cell', 20, 20, []],
])('a line along %s, ten columns wide, has a cell in each of its columns or rows', (_, from, to, cells) => {
  expect(lineTo(from, to, 10)).toEqual(cells)
})
