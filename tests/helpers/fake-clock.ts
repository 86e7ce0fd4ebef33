import { vi } from 'vitest'

/** Time that passes only when it is told to, for what measures with `performance.now`. Undo with vi.restoreAllMocks(). */
export function fakeClock(): { pass(ms: number): void } {
  let now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  return {
    pass(ms) {
      now += ms
    },
  }
}
