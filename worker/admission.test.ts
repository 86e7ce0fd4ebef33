import { afterEach, expect, test, vi } from 'vitest'
import { createAdmission } from './admission.ts'

const overloaded = expect.objectContaining({ code: 'overloaded' })
const SOLVES = { max: 2, leaseMs: 100, what: 'solves' } as const
afterEach(() => {
  vi.useRealTimers()
})

test('admits max solves and no more, until one leaves', () => {
  vi.useFakeTimers()
  const admission = createAdmission(SOLVES)
  const first = admission.acquire()
  admission.acquire()
  expect(() => admission.acquire()).toThrow(overloaded)
  first.release()
  first.release()
  expect(admission.inFlight).toBe(1)
  admission.acquire()
  expect(() => admission.acquire()).toThrow(overloaded)
})

test('a place is held while the timers of its owner run, and no longer', () => {
  vi.useFakeTimers()
  let time = 0
  const admission = createAdmission({ ...SOLVES, now: () => time })
  const lease = admission.acquire()
  admission.acquire()
  for (; time < 1000; time += 10) vi.advanceTimersByTime(10)
  expect(() => admission.acquire()).toThrow(overloaded)
  lease.release()
  admission.acquire()
  expect(vi.getTimerCount()).toBe(2)
  vi.clearAllTimers() // as when a runtime drops requests
  time += 80
  expect(() => admission.acquire()).toThrow(overloaded)
  time += 30
  admission.acquire()
  expect(admission.inFlight).toBe(1)
})

test('lost places are told once, also while others are free', () => {
  vi.useFakeTimers()
  let time = 0
  const onLost = vi.fn()
  const admission = createAdmission({ ...SOLVES, max: 10, onLost, now: () => time })
  admission.acquire()
  admission.acquire()
  vi.clearAllTimers()
  time = 100
  admission.acquire().release()
  expect(onLost).not.toHaveBeenCalled()
  time = 101
  admission.acquire().release()
  admission.acquire()
  expect(onLost).toHaveBeenCalledTimes(1)
  expect(admission.inFlight).toBe(1)
})

test('boards of one size share their room; another size is let in where there is some left, or nobody else is there', () => {
  const admission = createAdmission({ ...SOLVES, max: 10, maxRoom: 3 })
  const large = { size: '45x45', cost: 5 }
  const first = admission.acquire(large)
  admission.acquire(large).release()
  expect(() => admission.acquire({ size: '3x3', cost: 0.1 })).toThrow(overloaded)
  expect(admission.tryAcquire({ size: '3x3', cost: 0.1 })).toBeUndefined()
  first.release()
  admission.acquire({ size: '9x9', cost: 1 })
  admission.acquire({ size: '10x10', cost: 2 })
  for (let i = 0; i < 3; i++) admission.acquire({ size: '9x9', cost: 1 })
  expect(() => admission.acquire({ size: '3x3', cost: 0.1 })).toThrow(/many sizes/)
  admission.acquire()
  expect(admission.inFlight).toBe(6)
})

test('a caller has no more places than one caller may, and those without a name share all', () => {
  const admission = createAdmission({ ...SOLVES, max: 4, maxEach: 2 })
  const first = admission.acquire(undefined, 'a')
  admission.acquire(undefined, 'a')
  expect(() => admission.acquire(undefined, 'a')).toThrow(/2 solves of one caller/)
  expect(admission.tryAcquire(undefined, 'a')).toBeUndefined()
  admission.acquire(undefined, 'b')
  first.release()
  admission.acquire(undefined, 'a').release()
  admission.acquire()
  expect(admission.inFlight).toBe(3)
})
