import { afterEach, expect, it, vi } from 'vitest'
import { CANDIDATES } from '../../../tests/helpers/configs.ts'
import { engineFor } from '../../../tests/helpers/engine-contract.ts'
import { fakeClock } from '../../../tests/helpers/fake-clock.ts'
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

afterEach(() => {
  vi.restoreAllMocks()
})

/** Break-even of a GPU whose step takes so many ms, and more for each of its boards, with wasm. */
async function measured(slots: number, step: number, board: number, wasm: number): Promise<[number, number[]]> {
  const clock = fakeClock()
  const asked: number[] = []
  const engine = (count: number, ms: (boards: number) => number, note: (boards: number) => void) =>
    engineFor(
      (options) => ({
        ...fakeEngine(options, () => {}),
        step(list) {
          note(list.length)
          clock.pass(ms(list.length))
        },
      }),
      tinyModel(CANDIDATES),
      count,
    )
  const gpu = engine(
    slots,
    (boards) => step + board * boards,
    (boards) => asked.push(boards),
  )
  const base = engine(
    1,
    (boards) => wasm * boards,
    () => {},
  )
  return [await measureBreakEven(gpu, base, () => performance.now()), asked]
}

it('measures one board and all slots, four steps each', async () => {
  expect(await measured(64, 40, 1, 10)).toEqual([5, [1, 1, 1, 1, 64, 64, 64, 64]])
})

it('asks no batch of a GPU that wins at once or cannot win', async () => {
  expect(await measured(8, 0, 1, 5)).toEqual([1, [1, 1, 1, 1]])
  expect(await measured(8, 200, 0, 1)).toEqual([Number.POSITIVE_INFINITY, [1, 1]])
})

it('ends at the first step that shows that a GPU cannot win', async () => {
  const never = Number.POSITIVE_INFINITY
  expect(await measured(64, 10, 20, 10)).toEqual([never, [1, 1, 1, 1, 64, 64]])
  // 256 boards would take it three minutes each time.
  expect(await measured(256, 10, 700, 7)).toEqual([never, [1, 1, 1, 1, 4, 4]])
  // Slow, but worth it from 160 boards on.
  const asked = [1, 4, 256].flatMap((boards) => Array(4).fill(boards))
  expect(await measured(256, 800, 2, 7)).toEqual([160, asked])
})
