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
