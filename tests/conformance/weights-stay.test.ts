import { fileURLToPath } from 'node:url'
import { afterEach, expect, inject, it, vi } from 'vitest'
import { platform } from '#platform'
import { chooseKernel } from '../../src/engines/wasm/kernel.ts'
import { planMemory } from '../../src/engines/wasm/layout.ts'
import { createWasmEngine } from '../../src/engines/wasm/wasm-engine.ts'
import { createRandom } from '../../src/numerics/random.ts'
import type { KernelBuild } from '../../src/platform/platform.ts'
import { createSolverFrom } from '../../src/solve/solver.ts'
import { createTask } from '../../src/tasks/create-task.ts'
import { buildGeometry, trainedShape } from '../../src/tasks/lists.ts'
import { hashOf } from '../../src/weights/hash.ts'
import { watchMemories } from '../helpers/wasm-memories.ts'
import { conformanceBoards } from './boards.ts'
import { loadConformanceModel } from './model.ts'
import { sudokuBoard } from './sudoku-board.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

const SLOTS = 8

afterEach(() => vi.unstubAllGlobals())

it.each<KernelBuild>(['relaxed', 'simd128'])('solving changes no byte of what is loaded, %s', async (build) => {
  // The smaller file of the two: the same kernels write to the same places, in a third of the time.
  const loaded = await loadConformanceModel('sudoku', `${root}model/weights/sudoku-1k.safetensors`)
  const { model } = loaded
  const geometry = buildGeometry(model.config, trainedShape(model.config))
  const kernel = await chooseKernel(platform.loadKernel, { build })
  const memories = watchMemories()
  const engine = createWasmEngine({ model, geometry, slots: SLOTS }, kernel)
  const { hRecords, packed } = planMemory(model, geometry, SLOTS, build)
  const hash = () => hashOf(new Uint8Array(memories[0].buffer.slice(hRecords, packed)))
  const before = await hash()
  const solver = createSolverFrom({
    loaded,
    task: createTask(model.config),
    slots: SLOTS,
    engines: { create: () => engine, release() {} },
    first: engine,
  })
  // With thirty givens and more a step or two is a solve.
  const random = createRandom(100_000)
  const easy = Array.from({ length: 1000 }, () => sudokuBoard(random, 30))
  // These go on into the search: tentative givens, carries saved and taken back, noised starts.
  const open = conformanceBoards('sudoku', SLOTS)
  let solved = 0
  for (let left = inject('solves'); left > 0; left -= easy.length) {
    const results = await solver.solveBatch(easy.slice(0, left), { maxSteps: 64 })
    solved += results.filter(({ status }) => status === 'solved').length
    await solver.solveBatch(open, { maxSteps: 64 })
  }
  expect(solved).toBe(inject('solves'))
  expect(memories).toHaveLength(1)
  expect(await hash()).toBe(before)
  solver.dispose()
})
