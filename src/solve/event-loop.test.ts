import { afterEach, describe, expect, it, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

/** The module as it loads where these globals are missing. */
async function loadWithout(...names: string[]): Promise<() => Promise<void>> {
  for (const name of names) vi.stubGlobal(name, undefined)
  vi.resetModules()
  const { yieldToEventLoop } = await import('./event-loop.ts')
  return yieldToEventLoop
}

describe('yieldToEventLoop', () => {
  it.each([
    ['setImmediate', []],
    ['a MessageChannel', ['setImmediate']],
    ['setTimeout', ['setImmediate', 'MessageChannel']],
  ])('lets timers run, by %s', async (_, missing) => {
    const yieldToEventLoop = await loadWithout(...missing)
    let fired = false
    setTimeout(() => {
      fired = true
    }, 0)
    // A loop that only took microtask turns would never see the timer.
    for (let turns = 0; !fired; turns++) {
      expect(turns).toBeLessThan(1_000_000)
      await yieldToEventLoop()
    }
  })
})
