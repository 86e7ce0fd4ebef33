import { afterEach, expect, test, vi } from 'vitest'
import { CANDIDATES } from '../../tests/helpers/configs.ts'
import { fakeClock } from '../../tests/helpers/fake-clock.ts'
import { fakeEngine } from '../../tests/helpers/fake-engine.ts'
import { tinyModel } from '../../tests/helpers/weights-file.ts'
import type { EngineFactory } from '../engines/create-engine.ts'
import { benchGpu } from './gpu-bench.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

function createSides(gpuMs: (boards: number) => number, wasmMs: (boards: number) => number): EngineFactory[] {
  const clock = fakeClock()
  const side =
    (build: string, ms: (boards: number) => number): EngineFactory =>
    (options) => ({
      ...fakeEngine(options, () => {}),
      build,
      step: (slots) => clock.pass(ms(slots.length)),
    })
  return [side('a GPU', gpuMs), side('wasm', wasmMs)]
}

test('times every batch on both sides and says where they cross', async () => {
  const [gpu, wasm] = createSides(
    (boards) => 30 + boards / 8,
    (boards) => 4 * boards,
  )
  const told: number[] = []
  const report = await benchGpu(tinyModel(CANDIDATES), gpu, wasm, (batch) => told.push(batch))
  expect(report).toMatchObject({ adapter: 'a GPU', left_out: [], break_even: 8 })
  expect(report.batches.map(({ batch }) => batch)).toEqual([1, 8, 64, 512])
  expect(report.batches[1]).toEqual({
    batch: 8,
    webgpu_boards_per_s: 8000 / 31,
    wasm_boards_per_s: 250,
    ratio: 32 / 31,
  })
  expect(told).toEqual([1, 8, 64, 512])
})

test('leaves out batches that would try the patience', async () => {
  const [gpu, wasm] = createSides(
    (boards) => 10_000 * boards,
    (boards) => boards,
  )
  const report = await benchGpu(tinyModel(CANDIDATES), gpu, wasm, () => {})
  expect(report.batches.map(({ batch }) => batch)).toEqual([1])
  expect(report).toMatchObject({ left_out: [8, 64, 512], break_even: null })
})
