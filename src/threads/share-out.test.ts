import fc from 'fast-check'
import { expect, test } from 'vitest'
import { yieldToEventLoop } from '../solve/event-loop.ts'
import { shareOut } from './share-out.ts'

test('hands out every item once, in chunks that keep all workers busy to the end', async () => {
  const cases = fc.asyncProperty(
    fc.integer({ min: 0, max: 1000 }),
    fc.integer({ min: 1, max: 16 }),
    fc.integer({ min: 1, max: 64 }),
    async (count, workers, least) => {
      const seen = new Array<number>(count).fill(0)
      const sizes: number[] = []
      await shareOut(count, Array.from({ length: workers }), least, async (_, from, to) => {
        sizes.push(to - from)
        for (let i = from; i < to; i++) seen[i]++
        await yieldToEventLoop()
      })
      expect(seen.every((times) => times === 1)).toBe(true)
      expect(sizes.every((size, i) => size > 0 && size <= 64 && (size >= least || i === sizes.length - 1))).toBe(true)
    },
  )
  await fc.assert(cases, { numRuns: 50 })
})

test('after a failure hands out no more, tells the others, and throws it once they have left', async () => {
  const log: string[] = []
  const sharing = shareOut(1000, ['quick', 'slow'], 8, async (worker, _, __, signal) => {
    if (worker === 'quick') throw new Error('first')
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => setTimeout(resolve, 10))
    })
    log.push('slow left')
    throw new Error('second')
  })
  await expect(sharing).rejects.toThrow('first')
  expect(log).toEqual(['slow left'])
})
