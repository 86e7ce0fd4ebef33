import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { pause } from './pause.ts'

const LONG = 1 << 30

test('ends after its time, and leaves no listener', async () => {
  const { signal } = new AbortController()
  await pause(1, signal)
  await pause(1, undefined)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('ends early when its signal is aborted, before it or meanwhile', async () => {
  await pause(LONG, AbortSignal.abort())
  const abort = new AbortController()
  const pauses = Array.from({ length: 20 }, () => pause(LONG, abort.signal))
  expect(getEventListeners(abort.signal, 'abort')).toHaveLength(1)
  abort.abort()
  await Promise.all(pauses)
})

test.each([2 ** 31, Number.POSITIVE_INFINITY, Number.NaN])('of %d ms is not over at once', async (ms) => {
  const abort = new AbortController()
  let over = false
  const paused = pause(ms, abort.signal).then(() => (over = true))
  await pause(20, undefined)
  expect(over).toBe(false)
  abort.abort()
  await paused
})
