import { expect, it } from 'vitest'
import { CANDIDATES } from '../../../tests/helpers/configs.ts'
import { engineFor } from '../../../tests/helpers/engine-contract.ts'
import { fakeEngine } from '../../../tests/helpers/fake-engine.ts'
import { tinyModel } from '../../../tests/helpers/weights-file.ts'
import { breakEvenOf, measureBreakEven } from './measure.ts'

it('finds where the lines cross', () => {
  // 20 ms and 1 ms a board, against 5 ms a board: 5 boards take 25 ms either way.
  expect(breakEvenOf(5, 21, 84, 64)).toBe(5)
  expect(breakEvenOf(5, 6, 5 + 64, 64)).toBe(2)
  expect(breakEvenOf(5, 4, 4, 64)).toBe(1)
})

it('says never where a board more costs as much as alone', () => {
  expect(breakEvenOf(5, 21, 20 + 64 * 5, 64)).toBe(Number.POSITIVE_INFINITY)
  expect(breakEvenOf(5, 21, 20 + 64 * 9, 64)).toBe(Number.POSITIVE_INFINITY)
})

/** Takes so many ms for a step, and so many for each of its boards. */
const slow = (slots: number, step: number, board: number) =>
  engineFor(
    (options) => {
      const engine = fakeEngine(options, () => {})
      return {
        ...engine,
        async step(list) {
          const end = performance.now() + step + board * list.length
          while (performance.now() < end);
        },
      }
    },
    tinyModel(CANDIDATES),
    slots,
  )

it('measures engines, and asks no batch of one that cannot win', async () => {
  // Times are waited for, not measured against a clock: a busy machine makes both sides longer.
  expect(await measureBreakEven(slow(8, 0, 1), slow(1, 0, 5))).toBe(1)
  expect(await measureBreakEven(slow(8, 200, 0), slow(1, 0, 1))).toBe(Number.POSITIVE_INFINITY)
  const between = await measureBreakEven(slow(64, 40, 0), slow(1, 0, 10))
  expect(between).toBeGreaterThan(1)
  expect(between).toBeLessThan(64)
})
