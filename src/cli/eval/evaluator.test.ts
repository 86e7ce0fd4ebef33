import { expect, test } from 'vitest'
import { MAZE } from '../../../tests/helpers/configs.ts'
import { type FakeEngine, fakeEngine } from '../../../tests/helpers/fake-engine.ts'
import { tinyFile } from '../../../tests/helpers/weights-file.ts'
import { loadModel } from '../../weights/load-model.ts'
import { createEvaluator } from './evaluator.ts'

/** A start in the one corner of a maze of two columns, the goal in the other, and what draws the way between them. */
function row(rows: number) {
  const free = '  '.repeat(rows - 2)
  return {
    question: `S ${free} G`.replace(/..(?=.)/g, '$&\n'),
    answer: `S ${free.replaceAll('  ', 'o ')}oG`,
  }
}

test('a row counts as done once both the solver and the net alone have been at it, some rows after another', async () => {
  const engines: FakeEngine[] = []
  const loaded = await loadModel({ weights: tinyFile(MAZE) })
  const evaluator = await createEvaluator({ loaded, maxSteps: 1, seed: 0, slots: 1 }, async () => ({
    create(options) {
      const engine = fakeEngine(options, () => {})
      engines.push(engine)
      return engine
    },
    release() {},
  }))
  const steps = () => engines.reduce((sum, { calls }) => sum + calls.length, 0)
  const counted: number[] = []
  await evaluator.evaluate(
    Array.from({ length: 6 }, () => row(3)),
    () => counted.push(steps()),
  )
  const each = 1 + MAZE.halt_max_steps
  expect(counted).toEqual([...new Array(4).fill(4 * each), ...new Array(2).fill(6 * each)])
  evaluator.dispose()
})

test('of boards larger than the trained ones fewer are computed side by side, by the net alone too', async () => {
  const slots: number[] = []
  const loaded = await loadModel({ weights: tinyFile(MAZE) })
  const evaluator = await createEvaluator({ loaded, maxSteps: 1, seed: 0, slots: 256 }, async () => ({
    create(options) {
      slots.push(options.slots)
      return fakeEngine(options, () => {})
    },
    release() {},
  }))
  await evaluator.evaluate([row(50)])
  expect(slots).toEqual([256, expect.any(Number), expect.any(Number)])
  expect(slots[1]).toBeLessThan(256)
  expect(slots[2]).toBe(slots[1])
  evaluator.dispose()
})

test('boards of many sizes, mixed, keep few engines, and each has the answer of its own', async () => {
  const engines: FakeEngine[] = []
  let most = 0
  const loaded = await loadModel({ weights: tinyFile(MAZE) })
  const evaluator = await createEvaluator({ loaded, maxSteps: 1, seed: 0, slots: 2 }, async () => ({
    create(options) {
      const { tokens } = options.geometry
      // It knows the way down of every maze: the cells of the left column but for the first.
      const engine = fakeEngine(options, ({ logits }) => {
        for (let cell = 0; cell < tokens; cell++) logits[5 * cell + (cell % 2 === 0 && cell > 0 ? 4 : 1)] = 1
      })
      engines.push(engine)
      most = Math.max(most, engines.filter(({ disposed }) => !disposed).length)
      return engine
    },
    release() {},
  }))
  const sizes = Array.from({ length: 20 }, (_, i) => i + 2)
  const rows = [...sizes, ...sizes, 5, 5, 9].map(row)
  const results = await evaluator.evaluate(rows)
  expect(results).toHaveLength(rows.length)
  expect(results.every(({ rawExact, rawValid }) => rawExact && rawValid)).toBe(true)
  // Four of the solver's and four of its own, and one that is in use or just made.
  expect(most).toBeLessThanOrEqual(10)
  evaluator.dispose()
  expect(engines.every(({ disposed }) => disposed)).toBe(true)
})
