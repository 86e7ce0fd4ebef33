import { afterEach, expect, test, vi } from 'vitest'
import { createAdmission, type Room } from './admission.ts'

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

test('of one caller, boards of one size begin a few at a time, in their order, and those of others at once', async () => {
  const admission = createAdmission({ ...SOLVES, max: 20, leaseMs: 60_000 })
  const begun: string[] = []
  const enter = (name: string, room: Room, caller?: string) => {
    const lease = admission.acquire(room, caller)
    const turn = lease.turn({ most: room.cost > 1 ? 1 : 2 }).then(() => void begun.push(name))
    return { ...lease, turn }
  }
  const small = { size: '9x9', cost: 1 }
  const [first] = ['a1', 'a2', 'a3', 'a4'].map((name) => enter(name, small, 'a'))
  const large = { size: '16x16', cost: 5.6 }
  for (const name of ['A1', 'A2']) enter(name, large, 'a')
  enter('b1', small, 'b')
  for (const name of ['-1', '-2', '-3']) enter(name, small)
  for (const name of ['m1', 'm2', 'm3']) enter(name, { size: Symbol(name), cost: 1 }, 'm')
  await Promise.resolve()
  await Promise.resolve()
  expect(begun).toEqual(['a1', 'a2', 'A1', 'b1', '-1', '-2', '-3', 'm1', 'm2'])
  first.release()
  await vi.waitFor(() => expect(begun.at(-1)).toBe('a3'))
})

test('what needs several turns waits until they are free, and nobody of its caller who came later goes before it', async () => {
  const admission = createAdmission({ ...SOLVES, max: 20, leaseMs: 60_000 })
  const begun: string[] = []
  const small = { size: '9x9', cost: 1 }
  const enter = (name: string, wanted?: number, room: Room = small) => {
    const lease = admission.acquire(room, name[0])
    lease.turn({ wanted, most: 3 }).then(() => begun.push(name))
    return lease
  }
  const [two, one] = [enter('a2', 2), enter('a1')]
  const [all, late] = [enter('a64', 64), enter('a1 late')]
  const large = enter('a16x16', 1, { size: '16x16', cost: 5.6 })
  enter('b1')
  await vi.waitFor(() => expect(begun).toEqual(['a2', 'a1', 'a16x16', 'b1']))
  const waits = async (count: number) => {
    await new Promise(setImmediate)
    expect(begun).toHaveLength(count)
  }
  two.release()
  await waits(4)
  one.release()
  await vi.waitFor(() => expect(begun.slice(4)).toEqual(['a64']))
  all.release()
  await vi.waitFor(() => expect(begun.slice(5)).toEqual(['a1 late']))
  enter('a of several sizes', 3, { size: Symbol('several'), cost: 1 })
  late.release()
  await waits(6)
  large.release()
  await vi.waitFor(() => expect(begun.slice(6)).toEqual(['a of several sizes']))
})

test('whoever waits for a turn can leave, and gets the turn of one that was lost', async () => {
  vi.useFakeTimers()
  let time = 0
  const admission = createAdmission({ ...SOLVES, max: 10, now: () => time })
  const room = { size: '9x9', cost: 1 }
  const lost = admission.acquire(room, 'a')
  await lost.turn({ most: 1 })
  vi.clearAllTimers() // as when a runtime drops requests
  const leaving = new AbortController()
  const { signal } = leaving
  const left = admission.acquire(room, 'a').turn({ most: 1, signal })
  leaving.abort()
  await expect(left).rejects.toMatchObject({ code: 'aborted' })
  await expect(admission.acquire(room, 'a').turn({ most: 1, signal })).rejects.toMatchObject({ code: 'aborted' })
  const waiting = admission.acquire(room, 'a').turn({ most: 1 })
  for (; time < 200; time += 10) vi.advanceTimersByTime(10)
  await waiting
})

test('whoever waits has its turn also after the machine slept, and all that waited look lost', async () => {
  vi.useFakeTimers()
  let time = 0
  const admission = createAdmission({ ...SOLVES, max: 10, now: () => time })
  const room = { size: '9x9', cost: 1 }
  const leases = Array.from({ length: 3 }, () => admission.acquire(room, 'a'))
  const turns = leases.map((lease) => lease.turn({ most: 1 }))
  await turns[0]
  time = 1000
  admission.acquire()
  expect(admission.inFlight).toBe(1)
  vi.advanceTimersByTime(SOLVES.leaseMs / 4)
  leases[0].release()
  await turns[1]
  leases[1].release()
  await turns[2]
})
