import { expect, test } from 'vitest'
import { groupOrder } from './list-attention.ts'

const table = (rows: number[][]) => ({ width: rows[0].length, indices: Int32Array.from(rows.flat()) })

test('finds the groups of lists', () => {
  const groups = [
    [0, 2],
    [1, 3],
    [0, 2],
    [1, 3],
  ]
  expect(groupOrder(table(groups), 4)).toEqual([0, 2, 1, 3])
})

test.each([
  [
    'a chain',
    [
      [0, 1],
      [1, 2],
      [2, 0],
    ],
  ],
  [
    'holes',
    [
      [1, -1],
      [0, -1],
    ],
  ],
  [
    'lists without their own token',
    [
      [1, 1],
      [0, 0],
    ],
  ],
  [
    'one group in two orders',
    [
      [0, 1],
      [1, 0],
    ],
  ],
  [
    'a token that two lists read',
    [
      [0, 1],
      [0, 1],
      [1, 2],
    ],
  ],
])('tells what is none: %s', (_, rows) => {
  expect(groupOrder(table(rows), rows.length)).toBeUndefined()
})
