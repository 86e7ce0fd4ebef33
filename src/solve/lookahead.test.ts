import { expect, it } from 'vitest'
import { countConsequences } from './lookahead.ts'

/** What a 1 in the first of four cells, all of one unit, would decide. */
function ofOneInFirst(beliefs: readonly (readonly number[])[], decided: readonly number[]): number {
  return countConsequences(Float32Array.from(beliefs.flat()), 4, Uint8Array.from(decided), [[0, 1, 2, 3]], 0, 1)
}

const GIVEN_3 = [0, 0, 1, 0]
const GIVEN_4 = [0, 0, 0, 1]

it('counts a cell that is left with one symbol, and a symbol that is left with one place', () => {
  const either = [0.5, 0.5, 0, 0]
  expect(ofOneInFirst([either, either, GIVEN_3, GIVEN_4], [0, 0, 3, 4])).toBe(2)
})

it('counts neither where the place is decided', () => {
  expect(ofOneInFirst([[0.5, 0.5, 0, 0], [0, 1, 0, 0], GIVEN_3, GIVEN_4], [0, 2, 3, 4])).toBe(0)
})

it('counts no place of a symbol that no other cell is believed to take', () => {
  expect(ofOneInFirst([[0.5, 0.5, 0, 0], [1, 0, 0, 0], GIVEN_3, GIVEN_4], [0, 1, 3, 4])).toBe(0)
})
