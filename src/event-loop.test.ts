import { type AddressInfo, connect, createServer } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { hold } from '../tests/helpers/turns.ts'

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

  it('lets Node take in many new connections between two steps', async () => {
    const COUNT = 40
    let accepted = 0
    const server = createServer((socket) => {
      accepted++
      socket.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const clients = Array.from({ length: COUNT }, () => connect(port, '127.0.0.1').resume())
    const { yieldToEventLoop } = await import('./event-loop.ts')
    try {
      let steps = 0
      for (; accepted < COUNT; steps++) {
        hold(5) // or the steps would be over before the system, if it is busy, has brought the connections here
        await yieldToEventLoop()
      }
      expect(steps).toBeLessThan(COUNT / 4)
    } finally {
      for (const client of clients) client.destroy()
      server.close()
    }
  })
})
