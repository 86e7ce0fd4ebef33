import { expect, test } from 'vitest'
import { createRandom } from '../../src/numerics/random.ts'
import { conflictsOf, countFilled, withCell } from './cells.ts'
import { countSolutions, generateBoard } from './generate.ts'

test('knows boards with no, one and several solutions', () => {
  const one = '53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79'
  expect(countSolutions(one)).toBe(1)
  expect(countSolutions('.'.repeat(81))).toBe(2)
  expect(countSolutions(`${'12345678.'}........9${'.'.repeat(63)}`)).toBe(0)
})

test('every puzzle has one solution, breaks no rule, and no given too many', () => {
  const random = createRandom(7)
  const boards = Array.from({ length: 10 }, () => generateBoard(() => random.next()))
  expect(new Set(boards).size).toBe(10)
  for (const board of boards) {
    expect(conflictsOf(board).size).toBe(0)
    expect(countSolutions(board)).toBe(1)
    expect(countFilled(board)).toBeLessThan(32)
    for (const [index, symbol] of [...board].entries()) {
      if (symbol !== '.') expect(countSolutions(withCell(board, index, '.'))).toBe(2)
    }
  }
})
