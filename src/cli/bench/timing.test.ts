import { expect, test } from 'vitest'
import { timeInterleaved } from './timing.ts'

test('gives every side its turn in every round, beginning with another one each time', async () => {
  const calls: string[] = []
  let time = 0
  const side = (name: string, ms: number) => ({
    name,
    run: () => {
      calls.push(name)
      time += ms
    },
  })
  const options = { rounds: 3, roundMs: 10, now: () => time }
  expect(await timeInterleaved([side('a', 10), side('b', 5)], options)).toEqual([10, 5])
  expect(calls.join('')).toBe('ab' + 'abb' + 'bba' + 'abb')
})

test('takes the median round, so that one disturbed round counts for nothing', async () => {
  let time = 0
  let runs = 0
  const run = () => {
    time += ++runs === 3 ? 1000 : 2
  }
  expect(await timeInterleaved([{ name: 'a', run }], { rounds: 5, roundMs: 1, now: () => time })).toEqual([2])
})

test('stops at the most runs a round', async () => {
  let runs = 0
  await timeInterleaved([{ name: 'a', run: () => void runs++ }], { rounds: 2, roundMs: 1e9, maxRuns: 3 })
  expect(runs).toBe(1 + 2 * 3)
})
