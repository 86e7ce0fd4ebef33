import { describe, expect, it } from 'vitest'
import { PUZZLES_4X4 } from '../../tests/helpers/boards.ts'
import { CANDIDATES } from '../../tests/helpers/configs.ts'
import { expectHrmRejection } from '../../tests/helpers/errors.ts'
import { fakeGpu, fakeOrt } from '../../tests/helpers/fake-gpu.ts'
import { draftOf, writeFile } from '../../tests/helpers/weights-file.ts'
import { createSolver, type Fallback } from '../index.ts'
import { createWebGpu, type WebGpuSources } from './webgpu.ts'

const weights = writeFile(draftOf(CANDIDATES, 1))
const boards = PUZZLES_4X4.map(([board]) => board)
const solutions = PUZZLES_4X4.map(([, solution]) => solution)

const fail = (): never => {
  throw new TypeError('not a function')
}
const adapterWith = (changes: object): GPU => {
  const gpu = fakeGpu()
  return {
    requestAdapter: async () => ({ ...(await gpu.requestAdapter()), ...changes }),
  } as unknown as GPU
}

/** Where WebGPU is only half there, or what brings it is broken. */
const HALVES: [string, Fallback['reason'], WebGpuSources['gpu']][] = [
  ['requestAdapter throws', 'no_adapter', async () => ({ requestAdapter: fail }) as unknown as GPU],
  ['requestDevice throws', 'no_adapter', async () => adapterWith({ requestDevice: fail })],
  ['the adapter has no features', 'no_adapter', async () => adapterWith({ features: undefined })],
  ['the device has no events', 'failed', async () => adapterWith({ requestDevice: async () => ({}) })],
  ['WebGPU cannot be looked for', 'failed', async () => fail()],
]

describe.each(HALVES)('where %s', (_, reason, gpu) => {
  const webgpu = () => createWebGpu({}, { gpu, ort: async () => fakeOrt({}) })

  it('auto goes on in wasm, and says so once', async () => {
    const told: Fallback[] = []
    const onFallback = (fallback: Fallback) => told.push(fallback)
    const solver = await createSolver({ weights, backend: 'auto', webgpu: webgpu(), onFallback, slots: 4 })
    for (let i = 0; i < 2; i++) {
      const results = await solver.solveBatch(boards, { maxSteps: 5000 })
      expect(results.map(({ solution }) => solution)).toEqual(solutions)
    }
    expect(told).toMatchObject([{ from: 'webgpu', to: 'wasm', reason, error: { code: 'engine_unavailable' } }])
    expect(told[0].error.cause).toBeInstanceOf(TypeError)
    solver.dispose()
  })

  it('webgpu is refused', async () => {
    const error = await expectHrmRejection(
      createSolver({ weights, backend: 'webgpu', webgpu: webgpu() }),
      'engine_unavailable',
      'WebGPU',
    )
    expect(error.cause).toBeInstanceOf(TypeError)
  })
})

it('takes an adapter that does not say what it is', async () => {
  const webgpu = createWebGpu({}, { gpu: async () => adapterWith({ info: undefined }), ort: async () => fakeOrt({}) })
  const solver = await createSolver({ weights, backend: 'webgpu', webgpu })
  expect([solver.backend, solver.build]).toEqual(['webgpu', 'a GPU without a name'])
  solver.dispose()
})
