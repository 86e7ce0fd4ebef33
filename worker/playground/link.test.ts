import { expect, test } from 'vitest'
import { fromHash, toHash } from './link.ts'

const board = `53..7....${'.'.repeat(72)}`
const STEPS = [16, 256]

test.each(['board', 'maze'] as const)('a link carries a %s there and back, with what decides its solve', (name) => {
  const value = name === 'board' ? board : '3x3.AQ.0.8'
  for (const request of [
    { maxSteps: 256, seed: 0 },
    { maxSteps: 16, seed: 2 ** 31 - 1 },
  ]) {
    expect(fromHash(toHash([name, value], request), STEPS)).toEqual({ [name]: value, ...request })
  }
})

test('a link leaves out what the page begins with', () => {
  expect(toHash(['board', board], { maxSteps: 256, seed: 0 })).toBe(`#board=${board}`)
  expect(toHash(['board', board], { maxSteps: 16, seed: 3 })).toBe(`#board=${board}&steps=16&seed=3`)
  // An empty field.
  expect(toHash(['board', board], { maxSteps: 256, seed: Number.NaN })).toBe(`#board=${board}`)
  expect(toHash(['maze', ''], { maxSteps: 256, seed: 0 })).toBe('#maze')
})

test('a link without a puzzle keeps the budget and the seed of now, but for those that it names', () => {
  const now = { maxSteps: 16, seed: 7 }
  expect(fromHash('#maze', STEPS, now)).toEqual({ maze: '', ...now })
  expect(fromHash('#maze&steps=256', STEPS, now)).toEqual({ maze: '', maxSteps: 256, seed: 7 })
  expect(fromHash('#maze=3x3.AQ.0.8', STEPS, now)).toEqual({ maze: '3x3.AQ.0.8', maxSteps: 256, seed: 0 })
})

test('a link may carry no puzzle; bad numbers are not taken', () => {
  expect(fromHash('', STEPS)).toEqual({ maxSteps: 256, seed: 0 })
  expect(fromHash('#steps=16', STEPS)).toEqual({ maxSteps: 16, seed: 0 })
  expect(fromHash('#maze', STEPS)).toEqual({ maze: '', maxSteps: 256, seed: 0 })
  for (const rest of ['steps=17&seed=-1', 'steps=1e9&seed=1.5', 'steps=&seed=x', 'steps=Infinity&seed=2147483648']) {
    expect(fromHash(`#board=${board}&${rest}`, STEPS)).toEqual({ board, maxSteps: 256, seed: 0 })
  }
})
