import { expect, it } from 'vitest'
import { symmetriesOf } from './symmetries.ts'
import { around } from './test-support.ts'

it.each([
  [3, 3, 7],
  [4, 4, 7],
  [2, 5, 3],
])('of %i x %i cells are %i others, and keep neighbours neighbours', (rows, cols, count) => {
  const all = symmetriesOf({ rows, cols, boxRows: 1, boxCols: 1 })
  const identity = Array.from({ length: rows * cols }, (_, cell) => cell)
  expect(new Set([identity, ...all.map((view) => [...view])].map(String)).size).toBe(count + 1)
  for (const view of all) {
    expect([...view].sort((a, b) => a - b)).toEqual(identity)
    for (const place of identity) {
      const beside = around(place, rows, cols).map((next) => view[next])
      expect(beside.sort()).toEqual(around(view[place], rows, cols).sort())
    }
  }
})
