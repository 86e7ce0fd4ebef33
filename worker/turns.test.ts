import { expect, test } from 'vitest'
import type { Backend } from '../src/engines/engine.ts'
import type { ModelConfig } from '../src/weights/config.ts'
import { CANDIDATES, CANDIDATES_9X9 } from '../tests/helpers/configs.ts'
import { type FakeEngine, fakeEngine } from '../tests/helpers/fake-engine.ts'
import { fakeSolver as engineSolver, noOpinion } from '../tests/helpers/fake-solver.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import { fakeSolver } from './test-support.ts'
import { turnsFor } from './turns.ts'

const { signal } = new AbortController()
const blank = (side: number) => '.'.repeat(side * side)
const on = (backend: Backend) => (engine: FakeEngine) => Object.assign(engine, { backend })

test.each<[string, ModelConfig, Backend, number, [side: number, turns: number][]]>([
  [
    'on a processor',
    CANDIDATES_9X9,
    'wasm',
    8,
    [
      [4, 3],
      [9, 3],
      [10, 3],
      [12, 2],
      [16, 1],
    ],
  ],
  [
    'in a Worker',
    CANDIDATES_9X9,
    'wasm',
    4,
    [
      [9, 3],
      [10, 2],
      [12, 1],
    ],
  ],
  [
    'for a model of small boards',
    CANDIDATES,
    'wasm',
    8,
    [
      [4, 3],
      [6, 1],
    ],
  ],
  ['where there is one slot', CANDIDATES_9X9, 'wasm', 1, [[9, 1]]],
  [
    'on a GPU',
    CANDIDATES_9X9,
    'webgpu',
    64,
    [
      [4, 64],
      [9, 64],
      [10, 47],
      [16, 11],
    ],
  ],
])(
  'one caller has all slots but one, and three at most, or all of a GPU: %s',
  async (_, config, backend, slots, sizes) => {
    const { solver } = engineSolver(noOpinion, { config, slots, wrap: on(backend) })
    for (const [side, turns] of sizes) {
      expect([side, await turnsFor(DEFAULT_LIMITS, solver, blank(side), 1, signal)]).toEqual([side, turns])
    }
  },
)

test('a GPU that is lost is a processor from then on', async () => {
  const { solver, engines } = engineSolver(noOpinion, { slots: 64, wrap: on('webgpu') })
  const turns = () => turnsFor(DEFAULT_LIMITS, solver, blank(4), 64, signal)
  expect(await turns()).toBe(64)
  engines[0].backend = 'wasm'
  expect(await turns()).toBe(3)
})

test('so many boards as a GPU is quicker for get all of its slots, and fewer do not', async () => {
  const batch = {
    factoryFor: async (_: unknown, boards: number) =>
      boards < 10
        ? undefined
        : (options: Parameters<typeof fakeEngine>[0]) => on('webgpu')(fakeEngine(options, noOpinion)),
  }
  const { solver } = engineSolver(noOpinion, { slots: 64, batch })
  const turns = [1, 9, 10, 64].map((boards) => turnsFor(DEFAULT_LIMITS, solver, blank(4), boards, signal))
  expect(await Promise.all(turns)).toEqual([3, 3, 64, 64])
})

test('what is set is the most that there may be on a processor, and holds for a solver that does not tell', async () => {
  const { solver } = engineSolver(noOpinion, { slots: 8 })
  const limits = { ...DEFAULT_LIMITS, turnsEach: 5 }
  expect(await turnsFor(limits, solver, blank(4), 1, signal)).toBe(5)
  expect(await turnsFor(limits, fakeSolver(), blank(16), 1, signal)).toBe(5)
})
