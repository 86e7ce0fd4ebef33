import { getEventListeners } from 'node:events'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { expectHrmRejection } from '../../tests/helpers/errors.ts'
import { yieldToEventLoop } from '../event-loop.ts'
import { untilAborted } from '../on-abort.ts'
import { shareOut } from './share-out.ts'

test('hands out every item once, in chunks that keep all workers busy to the end', async () => {
  const cases = fc.asyncProperty(
    fc.integer({ min: 0, max: 1000 }),
    fc.integer({ min: 1, max: 16 }),
    async (count, workers) => {
      const seen = new Array<number>(count).fill(0)
      const sizes: number[] = []
      await shareOut(count, Array.from({ length: workers }), async (_, from, to) => {
        sizes.push(to - from)
        for (let i = from; i < to; i++) seen[i]++
        await yieldToEventLoop()
      })
      expect(seen.every((times) => times === 1)).toBe(true)
      expect(sizes.every((size) => size > 0 && size <= 64)).toBe(true)
      // Whoever gets the last item has it alone, and so have those who are still at work then.
      expect(sizes.slice(-workers).every((size) => size === 1)).toBe(true)
    },
  )
  await fc.assert(cases, { numRuns: 50 })
})

test('after a failure hands out no more, tells the others, and throws it once they have left', async () => {
  const log: string[] = []
  const sharing = shareOut(1000, ['quick', 'slow'], async (worker, _, __, signal) => {
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

test.each(['before', 'during'])('an abort %s it ends every chunk with its reason', async (when) => {
  const abort = new AbortController()
  if (when === 'before') abort.abort('enough')
  const ended: unknown[] = []
  const work = async (_: string, __: number, ___: number, signal: AbortSignal) => {
    await untilAborted(new Promise(() => {}), signal).catch((error) => {
      ended.push(error.cause)
      throw error
    })
  }
  const sharing = expectHrmRejection(shareOut(1000, ['a', 'b'], work, abort.signal), 'aborted')
  abort.abort('enough')
  expect((await sharing).cause).toBe('enough')
  expect(ended).toEqual(['enough', 'enough'])
  expect(getEventListeners(abort.signal, 'abort')).toEqual([])
})
