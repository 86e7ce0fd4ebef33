import { expect, it, onTestFinished, vi } from 'vitest'
import { PUZZLES_4X4 } from '../../tests/helpers/boards.ts'
import { CANDIDATES } from '../../tests/helpers/configs.ts'
import { expectHrmRejection } from '../../tests/helpers/errors.ts'
import { type FakeGpu, fakeGpu, fakeOrt } from '../../tests/helpers/fake-gpu.ts'
import { draftOf, writeFile } from '../../tests/helpers/weights-file.ts'
import { createSolver, type Fallback, type Solver } from '../index.ts'
import { createWebGpu } from './webgpu.ts'

const weights = writeFile(draftOf(CANDIDATES, 1))
const boards = PUZZLES_4X4.map(([board]) => board)

type Act = (gpu: FakeGpu) => Promise<void> | void

/** A solver whose GPU does something when a session is made, and at a run, the second if not said otherwise. */
async function make(backend: 'webgpu' | 'auto', { create, run, at = 2 }: { create?: Act; run?: Act; at?: number }) {
  const gpu = fakeGpu()
  const sessions = { made: 0, released: 0 }
  let runs = 0
  const ort = fakeOrt({
    async create() {
      await create?.(gpu)
      sessions.made++
    },
    async run() {
      if (++runs === at) await run?.(gpu)
    },
    async release() {
      sessions.released++
    },
  })
  const told: Fallback['reason'][] = []
  const solver: Solver = await createSolver({
    weights,
    backend,
    webgpu: createWebGpu({}, { gpu: async () => gpu, ort: async () => ort }),
    onFallback: ({ reason }) => told.push(reason),
    slots: 4,
  })
  return { gpu, sessions, told, solver }
}

const FAULTS: [string, Fallback['reason'], Parameters<typeof make>[1]][] = [
  ['reports too little memory', 'out_of_memory', { run: (gpu) => gpu.report('GPUOutOfMemoryError', 'no') }],
  ['reports a shader', 'shader_error', { run: (gpu) => gpu.report('GPUValidationError', 'the pipeline is invalid') }],
  ['fails in a run', 'failed', { run: () => Promise.reject(new Error('something else')) }],
  ['fails while the session is made', 'failed', { create: (gpu) => gpu.report('GPUInternalError', 'no') }],
  ['is lost', 'device_lost', { run: (gpu) => gpu.lose() }],
]

it.each(FAULTS)('gives everything back at once when the GPU %s', async (_, reason, acts) => {
  const { gpu, sessions, told, solver } = await make('webgpu', acts)
  await solver.solveBatch(boards, { maxSteps: 5000 })
  expect([told, solver.backend]).toEqual([[reason], 'wasm'])
  await expect.poll(() => ({ ...sessions, destroyed: gpu.destroyed })).toEqual({ made: 1, released: 1, destroyed: 1 })
  solver.dispose()
})

it('leaves the session of a run that never ends', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { gpu, sessions, solver } = await make('webgpu', {
    run(gpu) {
      gpu.report('GPUOutOfMemoryError', 'no')
      return new Promise(() => {})
    },
  })
  await solver.solveBatch(boards, { maxSteps: 5000 })
  await vi.advanceTimersByTimeAsync(1)
  expect(gpu.destroyed).toBe(1)
  solver.dispose()
  // Two seconds later it would have its turn.
  await vi.advanceTimersByTimeAsync(2_500)
  expect(sessions).toEqual({ made: 1, released: 0 })
})

it.each(['webgpu', 'auto'] as const)(
  'is silent when it is disposed during the first step on the GPU, which auto measures, with %s',
  async (backend) => {
    let release = () => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    let reached = () => {}
    const running = new Promise<void>((resolve) => (reached = resolve))
    const { gpu, sessions, told, solver } = await make(backend, {
      at: 1,
      run() {
        reached()
        return held
      },
    })
    const batch = expectHrmRejection(solver.solveBatch(boards), 'disposed')
    await running
    solver.dispose()
    release()
    await batch
    await expect.poll(() => ({ ...sessions, destroyed: gpu.destroyed })).toEqual({ made: 1, released: 1, destroyed: 1 })
    expect(told).toEqual([])
  },
)

it('is silent when it is disposed while it looks for the GPU', async () => {
  let refuse = () => {}
  const asked = new Promise<never>((_, reject) => (refuse = () => reject(new Error('no'))))
  const told: Fallback[] = []
  const solver = await createSolver({
    weights,
    backend: 'auto',
    webgpu: createWebGpu({}, { gpu: () => asked, ort: async () => fakeOrt({}) }),
    onFallback: (fallback) => told.push(fallback),
  })
  const batch = expectHrmRejection(solver.solveBatch(boards), 'disposed')
  solver.dispose()
  refuse()
  await batch
  expect(told).toEqual([])
})
