import { expect, test } from 'vitest'
import { fromHash, toHash } from './link.ts'

const board = `53..7....${'.'.repeat(72)}`
const STEPS = [16, 256]

test('a link carries there and back what decides a solve, and leaves out what the page begins with', () => {
  for (const solve of [
    { board, maxSteps: 256, seed: 0 },
    { board, maxSteps: 16, seed: 2 ** 31 - 1 },
  ]) {
    expect(fromHash(toHash(solve), STEPS)).toEqual(solve)
  }
  expect(toHash({ board, maxSteps: 256, seed: 0 })).toBe(`#board=${board}`)
  expect(toHash({ board, maxSteps: 16, seed: 3 })).toBe(`#board=${board}&steps=16&seed=3`)
  // An empty field.
  expect(toHash({ board, maxSteps: 256, seed: Number.NaN })).toBe(`#board=${board}`)
})

test('a link without a board is none; a bad board is told; bad numbers are not taken', () => {
  expect(fromHash('', STEPS)).toBeUndefined()
  expect(fromHash('#steps=16', STEPS)).toBeUndefined()
  expect(fromHash('#board=12', STEPS)?.problem).toMatch(/2 cells/)
  for (const rest of ['steps=17&seed=-1', 'steps=1e9&seed=1.5', 'steps=&seed=x', 'steps=Infinity&seed=2147483648']) {
    expect(fromHash(`#board=${board}&${rest}`, STEPS)).toEqual({ board, maxSteps: 256, seed: 0 })
  }
})
