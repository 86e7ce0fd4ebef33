import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { writeAddress } from './address.ts'

const location = { hash: '' }
let calls = 0
/** What a browser does where it takes no address. */
let refuse: (() => void) | undefined

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('location', location)
  vi.stubGlobal('history', {
    replaceState(_: unknown, __: string, hash: string) {
      calls++
      if (refuse) refuse()
      else location.hash = hash
    },
  })
  location.hash = '#old'
  calls = 0
  refuse = undefined
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const throws = () => {
  throw new DOMException('Too many calls', 'SecurityError')
}

test('an address is there at once', () => {
  writeAddress('#a')
  expect([location.hash, calls, vi.getTimerCount()]).toEqual(['#a', 1, 0])
})

test.each([
  ['throws', throws],
  ['says nothing', () => {}],
])('where the browser %s, the newest address is written later, once', (_, refusal) => {
  refuse = refusal
  for (const hash of ['#a', '#b', '#c']) writeAddress(hash)
  expect([location.hash, calls, vi.getTimerCount()]).toEqual(['#old', 3, 1])
  vi.advanceTimersByTime(10_000)
  expect([location.hash, calls, vi.getTimerCount()]).toEqual(['#old', 6, 1]) // after 1, 3 and 7 s
  refuse = undefined
  vi.advanceTimersByTime(5_000)
  expect([location.hash, calls, vi.getTimerCount()]).toEqual(['#c', 7, 0])
})

test('an address that is taken ends the wait for an older one', () => {
  refuse = throws
  writeAddress('#a')
  refuse = undefined
  writeAddress('#b')
  expect([location.hash, vi.getTimerCount()]).toEqual(['#b', 0])
})

test('a link that somebody opens meanwhile stays', () => {
  refuse = throws
  writeAddress('#a')
  refuse = undefined
  location.hash = '#link'
  vi.runAllTimers()
  expect([location.hash, calls]).toEqual(['#link', 1])
})
