import { afterEach, expect, it, vi } from 'vitest'
import { CANDIDATES, MAZE } from '../../../tests/helpers/configs.ts'
import { engineFor, randomTokens } from '../../../tests/helpers/engine-contract.ts'
import { fakeClock } from '../../../tests/helpers/fake-clock.ts'
import { fakeEngine } from '../../../tests/helpers/fake-engine.ts'
import { collectGarbage } from '../../../tests/helpers/garbage.ts'
import { memoryGpu } from '../../../tests/helpers/memory-gpu.ts'
import { tinyModel } from '../../../tests/helpers/weights-file.ts'
import { HrmError } from '../../errors.ts'
import { buildGeometry, trainedShape } from '../../tasks/lists.ts'
import type { EngineFactory } from '../create-engine.ts'
import { createReferenceEngine } from '../reference/reference-engine.ts'
import { createGpuEngines } from './gpu-engines.ts'
import type { GpuRuntime } from './runtime.ts'

// tests/browser has these engines on devices that are lost; here is what they leave behind.

it('lets go of an engine when it is disposed', async () => {
  const gpu = createGpuEngines(memoryGpu(2 ** 27), createReferenceEngine, () => {})
  const engines: WeakRef<object>[] = []
  /** Apart, so that no variable of the test holds an engine. */
  const makeOne = async () => {
    const engine = engineFor(gpu.create, tinyModel(CANDIDATES))
    engines.push(new WeakRef(engine))
    engine.start(0, randomTokens(CANDIDATES, 1))
    await engine.step([0])
    return engine
  }
  const kept = await makeOne()
  for (let i = 0; i < 3; i++) (await makeOne()).dispose()
  await collectGarbage()
  expect(engines.map((engine) => engine.deref() === undefined)).toEqual([false, true, true, true])
  kept.dispose()
  gpu.release()
})

afterEach(() => {
  vi.restoreAllMocks()
})

const model = tinyModel(MAZE)
const optionsFor = (longer = 0) => {
  const shape = trainedShape(model.config)
  return { model, geometry: buildGeometry(model.config, { ...shape, rows: shape.rows + longer }), slots: 64 }
}

it.each([
  ['the GPU', 1000, 0],
  ['the processor', 0, 1000],
])('measures how long a step takes, and nothing that others compute on %s', async (_, onGpu, onProcessor) => {
  const clock = fakeClock()
  const memory = memoryGpu(2 ** 27)
  const create = async (): Promise<unknown> => {
    const session = (await memory.ort.InferenceSession.create('')) as unknown as { run(feeds: unknown): unknown }
    const run = (feeds: unknown) => {
      clock.pass(20)
      return session.run(feeds)
    }
    return { ...session, run }
  }
  const runtime = {
    ...memory,
    ort: { ...memory.ort, InferenceSession: { create } },
    exclusive<T>(call: () => Promise<T>) {
      memory.exclusive(async () => clock.pass(onGpu)) // before its turn
      return memory.exclusive(call)
    },
  } as unknown as GpuRuntime
  const second: EngineFactory = (options) => ({
    ...fakeEngine(options, () => {}),
    step() {
      clock.pass(10)
      queueMicrotask(() => clock.pass(onProcessor)) // after it
    },
  })
  const gpu = createGpuEngines(runtime, second, () => {})
  expect(await gpu.breakEven(optionsFor())).toBe(2)
})

it('measures at the next batch where the processor had no engine to measure with', async () => {
  const clock = fakeClock()
  let lacks = 1
  const second: EngineFactory = (options) => {
    if (lacks-- > 0) throw new HrmError('engine_unavailable', 'no memory')
    return fakeEngine(options, () => clock.pass(10))
  }
  const told: unknown[] = []
  const gpu = createGpuEngines(memoryGpu(2 ** 27), second, (fallback) => told.push(fallback))
  expect(await gpu.breakEven(optionsFor())).toBe(Number.POSITIVE_INFINITY)
  expect(await gpu.breakEven(optionsFor())).toBe(1)
  expect(told).toEqual([])
})

it('measures one board size after another', async () => {
  const log: string[] = []
  const second: EngineFactory = (options) => {
    const size = options.geometry.tokens
    log.push(`${size} begins`)
    return { ...fakeEngine(options, () => {}), dispose: () => log.push(`${size} ends`) }
  }
  const gpu = createGpuEngines(memoryGpu(2 ** 27), second, () => {})
  await Promise.all([gpu.breakEven(optionsFor()), gpu.breakEven(optionsFor(1)), gpu.breakEven(optionsFor())])
  const sizes = [optionsFor(), optionsFor(1)].map(({ geometry }) => geometry.tokens)
  expect(log).toEqual(sizes.flatMap((size) => [`${size} begins`, `${size} ends`]))
})
