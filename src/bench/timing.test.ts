import { expect, test } from 'vitest'
import { localSide, type Side, timeInterleaved } from './timing.ts'

/** A side that takes `ms(call)` for each run of its nth call, and writes every call down. */
function fakeSide(name: string, ms: (call: number) => number, calls: string[] = []): Side {
  let call = 0
  return {
    name,
    time: async (runs) => {
      calls.push(`${name}${runs}`)
      return runs * ms(call++)
    },
  }
}

test('gives every side its turn in every round, a different one first each time', async () => {
  const calls: string[] = []
  const sides = [fakeSide('a', () => 10, calls), fakeSide('b', () => 1, calls)]
  expect(await timeInterleaved(sides, { rounds: 3, turnMs: 20 })).toEqual([10, 1])
  expect(calls).toEqual(['a1', 'b1', 'b2', 'b4', 'b8', 'a2', 'b20', 'b20', 'a2', 'a2', 'b20'])
})

test('takes the median turn, so that a disturbed one counts for nothing', async () => {
  const side = fakeSide('a', (call) => (call === 2 ? 1000 : 2))
  expect(await timeInterleaved([side], { rounds: 5, turnMs: 2 })).toEqual([2])
})

test('a run longer than a turn runs once', async () => {
  const calls: string[] = []
  await timeInterleaved([fakeSide('a', () => 500, calls)], { rounds: 2, turnMs: 10 })
  expect(calls).toEqual(['a1', 'a1', 'a1'])
})

test('a local side runs as often as it is told, and takes time', async () => {
  let runs = 0
  const ms = await localSide('a', () => new Promise<void>((resolve) => setTimeout(resolve, 5, runs++))).time(3)
  expect(runs).toBe(3)
  expect(ms).toBeGreaterThan(10)
})
