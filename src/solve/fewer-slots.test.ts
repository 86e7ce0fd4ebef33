import { expect, it } from 'vitest'
import { MAZE } from '../../tests/helpers/configs.ts'
import { expectHrmError, expectHrmRejection } from '../../tests/helpers/errors.ts'
import { fakeEngine } from '../../tests/helpers/fake-engine.ts'
import { tinyModel } from '../../tests/helpers/weights-file.ts'
import type { Engines } from '../engines/create-engine.ts'
import { planMemory } from '../engines/wasm/layout.ts'
import { HrmError } from '../errors.ts'
import { trainedShape } from '../tasks/lists.ts'
import type { ModelConfig } from '../weights/config.ts'
import { withFewerSlots } from './fewer-slots.ts'
import { openSolver } from './open-solver.ts'

/** Engines that need the memory of real ones and take none; `made` says how many slots each has. */
function planned() {
  const made: number[] = []
  const engines: Engines = {
    create(options) {
      planMemory(options.model, options.geometry, options.slots, 'simd128')
      made.push(options.slots)
      return fakeEngine(options, () => {})
    },
    release() {},
  }
  return { engines, made }
}

const side = (config: ModelConfig, cells: number): ModelConfig => ({
  ...config,
  seq_len: cells * cells,
  task: { ...config.task, rows: cells, cols: cells },
})
const open = (config: ModelConfig, engines: Engines) =>
  openSolver(Promise.resolve({ model: tinyModel(config), sha256: '' }), Promise.resolve(engines), 8)

it('makes as many slots as there is memory for on the trained board', async () => {
  const config = side({ ...MAZE, hidden_size: 160 }, 256)
  const { engines, made } = planned()
  await open(config, withFewerSlots(engines))
  expect(made).toEqual([4])
  await expectHrmRejection(open(config, engines), 'engine_unavailable', 'MiB for 8 slots, more than 1 GiB')
})

it('makes one slot for a board of which two do not fit', async () => {
  const config = { ...MAZE, hidden_size: 512, num_heads: 2 }
  const { engines, made } = planned()
  const { task, solver } = await open(config, withFewerSlots(engines))
  expect(made).toEqual([8])
  const board = `S${' '.repeat(254)}G\n`.padEnd(257 * 256, `${'#'.repeat(256)}\n`).trimEnd()
  expect(task.parse(board).shape).toMatchObject({ rows: 256, cols: 256 })
  await solver.solve(board, { maxSteps: 1 })
  expect(made).toEqual([8, 1])
})

it('says so where not even one fits, and stops at any other error', () => {
  const tried: number[] = []
  const failing = (code: 'engine_unavailable' | 'task_mismatch') =>
    withFewerSlots({
      create({ slots }) {
        tried.push(slots)
        throw new HrmError(code, `no ${slots}`)
      },
      release() {},
    })
  const model = tinyModel(MAZE)
  const options = { model, geometry: { tokens: 12, tables: [] }, slots: 5 }
  expectHrmError(() => failing('engine_unavailable').create(options), 'engine_unavailable', 'no 1')
  expect(tried.splice(0)).toEqual([5, 3, 2, 1])
  expectHrmError(() => failing('task_mismatch').create(options), 'task_mismatch', 'no 5')
})

it('makes the engines of batches so, too', async () => {
  const { engines, made } = planned()
  const { batch } = withFewerSlots({ ...engines, batch: { factoryFor: async () => engines.create } })
  const { task } = await open(MAZE, engines)
  const model = tinyModel(side({ ...MAZE, hidden_size: 160 }, 256))
  const geometry = task.geometry({ shape: trainedShape(model.config) })
  const factory = await batch!.factoryFor({ model, geometry, slots: 64 }, 64)
  expect(factory!({ model, geometry, slots: 64 }).slots).toBe(4)
  expect(made).toEqual([8, 4])
  expect(withFewerSlots(engines).batch).toBeUndefined()
})
