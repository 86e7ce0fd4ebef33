import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createPace } from './pace.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const tooSlow = expect.objectContaining({ code: 'request_timeout' })

/** Sends `bytes` every `everyMs`. @returns the milliseconds after which the sender is refused, at most `untilMs` */
async function drip(bytes: number, everyMs: number, untilMs: number): Promise<number> {
  const pace = createPace({ bytesPerSecond: 1000, patienceMs: 20_000, totalMs: 600_000 })
  const start = Date.now()
  while (Date.now() - start < untilMs) {
    const chunk = new Promise<{ value: Uint8Array }>((resolve) => {
      setTimeout(() => resolve({ value: new Uint8Array(bytes) }), everyMs)
    })
    const failure = pace.wait(chunk).then(
      () => undefined,
      (error: unknown) => error,
    )
    await vi.advanceTimersToNextTimerAsync()
    const error = await failure
    if (error === undefined) continue
    expect(error).toEqual(tooSlow)
    break
  }
  return Date.now() - start
}

test.each([
  ['nothing', 0, 1e9, 20_000],
  ['a row every five seconds', 83, 5000, 20_332],
  ['half the pace', 5000, 10_000, 35_000],
  ['enough, for too long', 83, 83, 600_000],
  ['bursts with silence between', 1_000_000, 20_001, 20_000],
])('a sender of %s is refused', async (_, bytes, everyMs, refusedMs) => {
  expect(await drip(bytes, everyMs, 1e7)).toBe(refusedMs)
})

test('one that keeps the pace is not, though it pauses', async () => {
  expect(await drip(19_000, 19_000, 589_000)).toBe(589_000)
})

test('time that the service takes itself does not count', async () => {
  const pace = createPace({ bytesPerSecond: 1000, patienceMs: 20_000, totalMs: 30_000 })
  for (let i = 0; i < 10; i++) {
    await pace.wait(Promise.resolve({ value: new Uint8Array(1) }))
    vi.advanceTimersByTime(15_000)
  }
  expect(vi.getTimerCount()).toBe(0)
})
