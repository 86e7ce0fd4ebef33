import { expect, it } from 'vitest'
import { MAZE } from '../../tests/helpers/configs.ts'
import { expectHrmError, expectHrmRejection } from '../../tests/helpers/errors.ts'
import { fakeEngine } from '../../tests/helpers/fake-engine.ts'
import { fakeGpu, fakeOrt } from '../../tests/helpers/fake-gpu.ts'
import { tinyModel } from '../../tests/helpers/weights-file.ts'
import type { Engines } from '../engines/create-engine.ts'
import type { BatchEngines, Fallback } from '../engines/gpu.ts'
import { planMemory } from '../engines/wasm/layout.ts'
import { createGpuEngines } from '../engines/webgpu/gpu-engines.ts'
import { createGpuRuntime } from '../engines/webgpu/runtime.ts'
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
const open = (config: ModelConfig, engines: Engines, slots = 8) =>
  openSolver(Promise.resolve({ model: tinyModel(config), sha256: '' }), Promise.resolve(engines), slots)

it('makes as many slots as there is memory for on the trained board', async () => {
  const config = side({ ...MAZE, hidden_size: 160 }, 256)
  const { engines, made } = planned()
  await open(config, withFewerSlots(engines))
  expect(made).toEqual([4])
  await expectHrmRejection(open(config, engines), 'engine_unavailable', 'MiB for 8 slots, more than 1 GiB')
})

/** A maze of so many cells a side, with nothing on the straight way. */
const maze = (cells: number): string =>
  [`S${' '.repeat(cells - 2)}G`, ...Array(cells - 1).fill('#'.repeat(cells))].join('\n')

/** Engines on a GPU that is lost, which their first step finds, and `planned` ones in its place. */
async function onLostGpu() {
  const told: Fallback['reason'][] = []
  const { engines, made } = planned()
  const gpu = fakeGpu()
  const runtime = await createGpuRuntime(gpu, async () => fakeOrt({}))
  gpu.lose()
  return { gpu: createGpuEngines(runtime, engines.create, ({ reason }) => told.push(reason)), made, told }
}

it('makes no more slots on a GPU than what takes over has memory for', async () => {
  // The states of 64 slots alone would fit.
  const config = side({ ...MAZE, hidden_size: 88 }, 124)
  const { gpu, made, told } = await onLostGpu()
  const { solver } = await open(config, withFewerSlots(gpu), 64)
  expect((await solver.solve(maze(124), { maxSteps: 1 })).steps).toBe(1)
  expect([made, told]).toEqual([[32], ['device_lost']])
  solver.dispose()
  const asked = open(config, (await onLostGpu()).gpu, 64)
  await expectHrmRejection(asked, 'engine_unavailable', 'MiB for 64 slots, more than 1 GiB')
})

it('makes one slot for a board of which two do not fit', async () => {
  const config = { ...MAZE, hidden_size: 512, num_heads: 2 }
  const { engines, made } = planned()
  const { task, solver } = await open(config, withFewerSlots(engines))
  expect(made).toEqual([8])
  expect(task.parse(maze(256)).shape).toMatchObject({ rows: 256, cols: 256 })
  await solver.solve(maze(256), { maxSteps: 1 })
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
  const asked: number[][] = []
  const factoryFor: BatchEngines['factoryFor'] = async ({ slots }, boards) => {
    asked.push([slots, boards])
    if (slots > 20) throw new HrmError('engine_unavailable', 'too many')
    return engines.create
  }
  const { batch } = withFewerSlots({ ...engines, batch: { factoryFor } })
  const { task } = await open(MAZE, engines)
  const model = tinyModel(side({ ...MAZE, hidden_size: 160 }, 256))
  const geometry = task.geometry({ shape: trainedShape(model.config) })
  const factory = await batch!.factoryFor({ model, geometry, slots: 64 }, 40)
  expect(asked).toEqual([
    [64, 40],
    [32, 32],
    [16, 16],
  ])
  expect(factory!({ model, geometry, slots: 64 }).slots).toBe(4)
  expect(made).toEqual([8, 4])
  expect(withFewerSlots(engines).batch).toBeUndefined()
})
