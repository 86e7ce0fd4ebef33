import { afterEach, expect, test, vi } from 'vitest'
import { lazySolver } from './service.ts'
import { BOARD, fakeApp, fakeSolver } from './test-support.ts'

afterEach(() => {
  vi.useRealTimers()
})

test('what a request kept that the runtime dropped is not missed for ever', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
  const stuck = fakeSolver()
  stuck.pause = () => new Promise(() => {})
  const made = [stuck, fakeSolver()]
  const solvers = new Map([['sudoku', lazySolver(async () => made.shift()!)]])
  const { post } = fakeApp({ solvers, limits: { leaseMs: 60_000 } })
  const ask = () => post('/v1/solve', { task: 'sudoku', board: BOARD })

  ask()
  await expect.poll(() => vi.getTimerCount()).toBe(1)
  vi.clearAllTimers() // as when a runtime drops a request
  vi.setSystemTime(Date.now() + 60_001)
  // the next one finds out, with the solver that it has already
  ask()
  await expect.poll(() => vi.getTimerCount()).toBe(1)
  expect((await ask()).status).toBe(200)
  expect(made).toEqual([])
})
