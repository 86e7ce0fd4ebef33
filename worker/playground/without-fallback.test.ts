import { expect, test, vi } from 'vitest'
import { createSolver } from '../../src/index.ts'
import type { CreateSolverOptions, Solver } from '../../src/solve/types.ts'
import { createWebGpu } from '../../src/webgpu/webgpu.ts'
import { PUZZLES_4X4 } from '../../tests/helpers/boards.ts'
import { collect } from '../../tests/helpers/collect.ts'
import { CANDIDATES } from '../../tests/helpers/configs.ts'
import { expectHrmRejection } from '../../tests/helpers/errors.ts'
import { fakeGpu, fakeOrt } from '../../tests/helpers/fake-gpu.ts'
import { draftOf, writeFile } from '../../tests/helpers/weights-file.ts'
import { withoutFallback } from './without-fallback.ts'

const weights = writeFile(draftOf(CANDIDATES, 1))
const [board] = PUZZLES_4X4[0]

/** A solver on a GPU that is lost in its n-th step. Like the playground's it takes one step before it is handed out. */
function onGpu(lostIn = Number.POSITIVE_INFINITY) {
  const gpu = fakeGpu()
  let runs = 0
  const ort = fakeOrt({
    async run() {
      if (++runs === lostIn) gpu.lose()
    },
  })
  const made: Solver[] = []
  const onEnd = vi.fn()
  const create = async (onFallback: CreateSolverOptions['onFallback']) => {
    const webgpu = createWebGpu({}, { gpu: async () => gpu, ort: async () => ort })
    const solver = await createSolver({ weights, backend: 'webgpu', webgpu, onFallback, slots: 1 })
    made.push(solver)
    await solver.solve(board, { maxSteps: 1 })
    return solver
  }
  return { gpu, made, onEnd, opening: withoutFallback(create, onEnd) }
}

test('solves as the solver does while its GPU works', async () => {
  const { opening, made, onEnd } = onGpu()
  const solver = await opening
  const { steps, result } = await collect(solver.steps(board, { maxSteps: 8 }))
  expect([steps.length, result.steps]).toEqual([8, 8])
  await expectHrmRejection(collect(solver.steps(board, { signal: AbortSignal.abort() })), 'aborted')
  expect(onEnd).not.toHaveBeenCalled()
  made[0].dispose()
})

test('fails with the error of its GPU, tells so once and is disposed', async () => {
  const { opening, made, onEnd } = onGpu(4)
  const solver = await opening
  for (const _ of ['what runs', 'what comes later']) {
    await expectHrmRejection(collect(solver.steps(board, { maxSteps: 8 })), 'engine_failed', 'device was lost')
  }
  expect(onEnd).toHaveBeenCalledTimes(1)
  await expectHrmRejection(made[0].solve(board), 'disposed')
})

test('fails at the next step where the GPU was lost while nothing ran', async () => {
  const { opening, gpu, onEnd } = onGpu()
  const solver = await opening
  gpu.lose()
  await expectHrmRejection(collect(solver.steps(board, { maxSteps: 8 })), 'engine_failed', 'device was lost')
  expect(onEnd).toHaveBeenCalledTimes(1)
})

test('is not handed out where the GPU fails before, even if wasm went on', async () => {
  const { opening, made, onEnd } = onGpu(1)
  await expectHrmRejection(opening, 'engine_failed', 'device was lost')
  await expectHrmRejection(made[0].solve(board), 'disposed')
  expect(onEnd).not.toHaveBeenCalled()
})
