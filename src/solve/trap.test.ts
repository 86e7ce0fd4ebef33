import { afterEach, expect, it, vi } from 'vitest'
import { platform } from '#platform'
import { PUZZLES_4X4 } from '../../tests/helpers/boards.ts'
import { CANDIDATES } from '../../tests/helpers/configs.ts'
import { expectHrmRejection } from '../../tests/helpers/errors.ts'
import { watchMemories } from '../../tests/helpers/wasm-memories.ts'
import { tinyModel } from '../../tests/helpers/weights-file.ts'
import { DESCRIPTOR_BYTES } from '../../wasm/assembly/descriptor.ts'
import type { EngineOptions } from '../engines/engine.ts'
import { chooseKernel } from '../engines/wasm/kernel.ts'
import { planMemory } from '../engines/wasm/layout.ts'
import { createWasmEngine } from '../engines/wasm/wasm-engine.ts'
import { createTask } from '../tasks/create-task.ts'
import { buildGeometry, trainedShape } from '../tasks/lists.ts'
import { createSolverFrom } from './solver.ts'

afterEach(() => vi.unstubAllGlobals())

/** Real kernels, and a hand on the memory of every engine that is made. */
async function realSolver() {
  const kernel = await chooseKernel(platform.loadKernel)
  const memories = watchMemories()
  const model = tinyModel(CANDIDATES)
  const geometry = buildGeometry(CANDIDATES, trainedShape(CANDIDATES))
  const create = (options: EngineOptions) => createWasmEngine(options, kernel)
  const solver = createSolverFrom({
    loaded: { model, sha256: '' },
    task: createTask(CANDIDATES),
    slots: 2,
    engines: { create, release() {} },
    first: create({ model, geometry, slots: 2 }),
  })
  /** Every address in the descriptor of the engine made last leads out of its memory from now on. */
  const spoil = () => {
    const { descriptor } = planMemory(model, geometry, 2, kernel.build)
    new Uint8Array(memories.at(-1)!.buffer, descriptor, DESCRIPTOR_BYTES).fill(0xf0)
  }
  return { solver, memories, spoil }
}

it('a trap of the kernels fails the solves on it; the next solve has a new engine and is right', async () => {
  const [[board]] = PUZZLES_4X4
  const { solver, memories, spoil } = await realSolver()
  const want = await solver.solve(board, { maxSteps: 20 })
  spoil()
  const failed = await Promise.all(
    [solver.solve(board), solver.solve(board), solver.solve(board)].map((solve) =>
      expectHrmRejection(solve, 'engine_failed'),
    ),
  )
  for (const error of failed) expect(error.message).toMatch(/trapped/)
  expect(memories).toHaveLength(1)
  expect(await solver.solve(board, { maxSteps: 20 })).toEqual(want)
  expect(memories).toHaveLength(2)
  solver.dispose()
})
