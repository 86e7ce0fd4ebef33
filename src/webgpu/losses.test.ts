import { beforeAll, expect, it } from 'vitest'
import { PUZZLES_4X4 } from '../../tests/helpers/boards.ts'
import { CANDIDATES } from '../../tests/helpers/configs.ts'
import { expectHrmRejection } from '../../tests/helpers/errors.ts'
import { losable } from '../../tests/helpers/losable-engine.ts'
import { draftOf, writeFile } from '../../tests/helpers/weights-file.ts'
import { createEngineFactory, type EngineFactory } from '../engines/create-engine.ts'
import type { Engine } from '../engines/engine.ts'
import type { OpenableWebGpu } from '../engines/gpu.ts'
import { withFallback } from '../engines/webgpu/with-fallback.ts'
import { createSolver, type SolveResult } from '../index.ts'
import { compileKernels } from '../wasm/index.ts'
import { createKernelLoader, type KernelSources } from '../wasm/kernel-sources.ts'

const weights = writeFile(draftOf(CANDIDATES, 1))
/** Two that take the search some fifty steps each. */
const boards = PUZZLES_4X4.slice(2, 4).map(([board]) => board)
const LOSSES = 500

let kernels: KernelSources
let wasm: EngineFactory
let undisturbed: SolveResult[]
beforeAll(async () => {
  kernels = await compileKernels()
  wasm = await createEngineFactory('wasm', createKernelLoader(kernels))
  const solver = await createSolver({ weights, kernels, backend: 'wasm' })
  undisturbed = await solver.solveBatch(boards)
  solver.dispose()
})

/** WebGPU whose device is lost after so many steps; what stands in for the GPU computes like wasm. */
const lostAfter = (steps: number, onLoss: () => void, onStep = () => {}): OpenableWebGpu => ({
  backend: 'webgpu',
  open: async (make) => ({
    create: (options) => {
      const second: EngineFactory = (options) => {
        const engine = make(options)
        const step: Engine['step'] = (list, finished) => {
          onStep()
          return engine.step(list, finished)
        }
        return { ...engine, step }
      }
      const first: EngineFactory = (o) => ({ ...losable(wasm(o), steps), backend: 'webgpu' })
      return withFallback(options, { first, second, onFallback: onLoss })
    },
    breakEven: async () => 1,
    release() {},
  }),
})

it(`finishes a batch as if nothing had happened in ${LOSSES} of ${LOSSES} forced losses`, async () => {
  const last = Math.max(...undisturbed.map(({ steps }) => steps))
  let losses = 0
  for (let i = 0; i < LOSSES; i++) {
    // Every step of the batch, several times over; with fewer slots than boards some start after the loss.
    const webgpu = lostAfter(i % last, () => losses++)
    const solver = await createSolver({ weights, kernels, backend: 'webgpu', webgpu, slots: 1 + (i % 2) })
    expect(await solver.solveBatch(boards)).toEqual(undisturbed)
    solver.dispose()
  }
  expect(losses).toBe(LOSSES)
}, 300_000)

it.each(['solve', 'solveBatch'] as const)('hears an abort while it computes again for %s', async (call) => {
  const abort = new AbortController()
  let steps = 0
  const onStep = () => ++steps === 3 && setImmediate(() => abort.abort('enough'))
  const webgpu = lostAfter(20, () => {}, onStep)
  const solver = await createSolver({ weights, kernels, backend: 'webgpu', webgpu })
  const options = { signal: abort.signal }
  const run = { solve: () => solver.solve(boards[0], options), solveBatch: () => solver.solveBatch(boards, options) }
  expect((await expectHrmRejection(run[call](), 'aborted')).cause).toBe('enough')
  expect(steps).toBe(3)
  solver.dispose()
})
