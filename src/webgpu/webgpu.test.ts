import { afterEach, describe, expect, it, vi } from 'vitest'
import { OPEN_6X6, PUZZLES_4X4 } from '../../tests/helpers/boards.ts'
import { CANDIDATES } from '../../tests/helpers/configs.ts'
import { expectHrmError, expectHrmRejection } from '../../tests/helpers/errors.ts'
import { fakeClock } from '../../tests/helpers/fake-clock.ts'
import { type FakeGpu, fakeGpu, fakeOrt } from '../../tests/helpers/fake-gpu.ts'
import { draftOf, writeFile } from '../../tests/helpers/weights-file.ts'
import type { OrtModule } from '../engines/webgpu/ort.ts'
import { createSolver, type Fallback, type Solver } from '../index.ts'
import { createWebGpu } from './webgpu.ts'

const weights = writeFile(draftOf(CANDIDATES, 1))
const boards = PUZZLES_4X4.map(([board]) => board)
const solutions = PUZZLES_4X4.map(([, solution]) => solution)

afterEach(() => {
  vi.restoreAllMocks()
})

interface Made {
  solver: Solver
  told: Fallback[]
  loads: () => number
}

async function make(backend: 'webgpu' | 'auto', gpu: GPU | undefined, ort: () => Promise<unknown>): Promise<Made> {
  const told: Fallback[] = []
  let loads = 0
  const webgpu = createWebGpu(
    {},
    {
      gpu: async () => gpu,
      ort() {
        loads++
        return ort()
      },
    },
  )
  const onFallback = (fallback: Fallback) => told.push(fallback)
  const solver = await createSolver({ weights, backend, webgpu, onFallback, slots: 4 })
  return { solver, told, loads: () => loads }
}

/** Solves everything, and says why the GPU was left. */
async function leave(backend: 'webgpu' | 'auto', gpu: GPU | undefined, ort: OrtModule): Promise<string> {
  const { solver, told } = await make(backend, gpu, async () => ort)
  const results = await solver.solveBatch(boards, { maxSteps: 5000 })
  expect(results.map(({ solution }) => solution)).toEqual(solutions)
  expect(told.map(({ from, to }) => `${from} ${to}`)).toEqual(['webgpu wasm'])
  expect(told[0].error.code).toMatch(/^engine_(failed|unavailable)$/)
  solver.dispose()
  return told[0].reason
}

/** Does something at the n-th call, and fails in this manner. */
const failing = (n: number, act: () => void, message?: string) => {
  let calls = 0
  return async () => {
    if (++calls !== n) return
    act()
    if (message !== undefined) throw new Error(message)
  }
}

const hang = (gpu: FakeGpu): Promise<void> => {
  gpu.lose()
  return new Promise(() => {})
}

describe.each(['webgpu', 'auto'] as const)('the backend %s finishes the batch in another when the GPU', (backend) => {
  const faults: [string, string, (gpu: FakeGpu) => Parameters<typeof fakeOrt>[0]][] = [
    ['is lost', 'device_lost', (gpu) => ({ run: failing(2, () => gpu.lose(), 'mapAsync failed') })],
    ['is lost and the call hangs', 'device_lost', (gpu) => ({ run: () => hang(gpu) })],
    ['is lost while the session is made', 'device_lost', (gpu) => ({ create: failing(1, () => gpu.lose(), 'no') })],
    ['runs out of memory', 'out_of_memory', () => ({ run: failing(1, () => {}, 'failed to allocate a buffer') })],
    [
      'reports that it ran out of memory',
      'out_of_memory',
      (gpu) => ({ run: failing(2, () => gpu.report('GPUOutOfMemoryError', 'no')) }),
    ],
    ['compiles no shader', 'shader_error', () => ({ create: failing(1, () => {}, 'Invalid ShaderModule "MatMul"') })],
    [
      'reports a shader that does not fit',
      'shader_error',
      (gpu) => ({ run: failing(1, () => gpu.report('GPUValidationError', 'the compute pipeline is invalid')) }),
    ],
    ['fails otherwise', 'failed', () => ({ run: failing(1, () => {}, 'something else') })],
  ]
  it.each(faults)('%s', async (_, reason, sessions) => {
    const gpu = fakeGpu()
    expect(await leave(backend, gpu, fakeOrt(sessions(gpu)))).toBe(reason)
  })
})

describe('the backend webgpu', () => {
  it('is refused without the option, without an adapter and without its packages', async () => {
    await expectHrmRejection(createSolver({ weights, backend: 'webgpu' }), 'engine_unavailable', "'hrm-edge/webgpu'")
    await expectHrmRejection(
      make('webgpu', undefined, async () => fakeOrt({})),
      'engine_unavailable',
      'no WebGPU here',
    )
    await expectHrmRejection(createSolver({ weights, webgpu: true as never }), 'option_invalid', 'webgpu()')
    const none = { requestAdapter: async () => null } as unknown as GPU
    await expectHrmRejection(
      make('webgpu', none, async () => fakeOrt({})),
      'engine_unavailable',
      'no adapter',
    )
    const missing = () => Promise.reject(new Error('Cannot find package'))
    await expectHrmRejection(make('webgpu', fakeGpu(), missing), 'engine_unavailable', 'is it installed?')
    await expectHrmRejection(
      make('webgpu', fakeGpu(), async () => ({})),
      'option_invalid',
      'onnxruntime-web',
    )
  })

  it.each([
    [{ wasmPath: '/ort/' }, 'there is no option "wasmPath"; there are wasmPaths, ort'],
    [{ ort: 'onnxruntime-web' }, 'ort must be a function'],
    [null, 'the options are null'],
  ])('is refused with the options %o', (options, message) => {
    const sources = { gpu: async () => undefined, ort: async () => fakeOrt({}) }
    expectHrmError(() => createWebGpu(options as never, sources), 'option_invalid', message)
  })

  it('runs single boards there too, and names the adapter', async () => {
    const { solver, told } = await make('webgpu', fakeGpu(), async () => fakeOrt({}))
    expect([solver.backend, solver.build]).toEqual(['webgpu', 'fake'])
    // The fake says 0 of everything, which leads nowhere.
    expect(await solver.solve(boards[0], { maxSteps: 40 })).toMatchObject({ status: 'unsolved', steps: 40 })
    expect([solver.backend, told]).toEqual(['webgpu', []])
    solver.dispose()
  })
})

it.each(['webgpu', 'auto'] as const)('finishes the batch where onFallback throws, with %s', async (backend) => {
  const unhandled: (() => void)[] = []
  vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((task) => unhandled.push(task))
  const gpu = fakeGpu()
  const ort = fakeOrt({ run: failing(2, () => gpu.lose(), 'mapAsync failed') })
  const webgpu = createWebGpu({}, { gpu: async () => gpu, ort: async () => ort })
  const onFallback = () => {
    throw new Error('a bug of the caller')
  }
  const solver = await createSolver({ weights, backend, webgpu, onFallback, slots: 4 })
  const results = await solver.solveBatch(boards, { maxSteps: 5000 })
  expect(results.map(({ solution }) => solution)).toEqual(solutions)
  expect(unhandled).toHaveLength(1)
  expect(unhandled[0]).toThrow('a bug of the caller')
  solver.dispose()
})

it('leaves a lost device for boards of every size at once', async () => {
  const gpu = fakeGpu()
  const { solver, told } = await make('webgpu', gpu, async () => fakeOrt({}))
  const begun = await solver.solve(OPEN_6X6, { maxSteps: 1 })
  expect([begun.status, solver.backend]).toEqual(['unsolved', 'webgpu'])
  gpu.lose()
  const { status } = await solver.solve(OPEN_6X6, { maxSteps: 5000 })
  // The solver's first engine is that of the model's own size, 4x4, which was not called.
  expect([status, solver.backend]).toEqual(['solved', 'wasm'])
  expect((await solver.solve(boards[0], { maxSteps: 5000 })).solution).toBe(solutions[0])
  expect(told.map(({ reason }) => reason)).toEqual(['device_lost'])
  solver.dispose()
})

describe('the backend auto with WebGPU at hand', () => {
  it('loads nothing for single boards', async () => {
    const { solver, loads } = await make('auto', fakeGpu(), async () => fakeOrt({}))
    expect((await solver.solve(boards[0], { maxSteps: 5000 })).solution).toBe(solutions[0])
    await solver.solveBatch([boards[0]], { maxSteps: 5000 })
    expect([solver.backend, loads()]).toEqual(['wasm', 0])
    solver.dispose()
  })

  it('says why it does not use it, once', async () => {
    const { solver, told, loads } = await make('auto', undefined, async () => fakeOrt({}))
    for (let i = 0; i < 2; i++) {
      const results = await solver.solveBatch(boards, { maxSteps: 5000 })
      expect(results.map(({ solution }) => solution)).toEqual(solutions)
    }
    expect(told).toMatchObject([{ from: 'webgpu', to: 'wasm', reason: 'no_adapter' }])
    expect(loads()).toBe(0)
    solver.dispose()
  })

  /** The clock stands still while wasm computes, so a GPU wins whose steps take less than no time. */
  const ortThatTakes = (ms: number, counted: () => void) => {
    const clock = fakeClock()
    return fakeOrt({
      async run() {
        counted()
        clock.pass(ms)
      },
    })
  }

  it('measures once, and takes the GPU where it is quicker', async () => {
    let runs = 0
    const gpu = fakeGpu()
    const ort = ortThatTakes(-1, () => runs++)
    const { solver, told } = await make('auto', gpu, async () => ort)
    await solver.solveBatch(boards, { maxSteps: 40 })
    const first = runs
    // It was measured and chosen.
    expect(first).toBeGreaterThan(40)
    await solver.solveBatch(boards, { maxSteps: 40 })
    expect(runs - first).toBeLessThan(first)
    expect([told, gpu.devices]).toEqual([[], 1])
    solver.dispose()
  })

  it('hears a signal while it measures, and measures on for the next batch', async () => {
    const clock = fakeClock()
    let runs = 0
    let release = () => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    const ort = fakeOrt({
      async run() {
        runs++
        await held
        clock.pass(1)
      },
    })
    const { solver, told, loads } = await make('auto', fakeGpu(), async () => ort)
    await expectHrmRejection(solver.solveBatch(boards, { signal: AbortSignal.abort() }), 'aborted')
    expect(loads()).toBe(0)

    const controller = new AbortController()
    const batch = solver.solveBatch(boards, { signal: controller.signal, maxSteps: 5000 })
    await expect.poll(() => runs).toBe(1)
    controller.abort(new Error('enough'))
    expect((await expectHrmRejection(batch, 'aborted')).cause).toEqual(new Error('enough'))

    release()
    const results = await solver.solveBatch(boards, { signal: new AbortController().signal, maxSteps: 5000 })
    expect(results.map(({ solution }) => solution)).toEqual(solutions)
    // One to warm up and one that is timed, over both batches.
    expect([runs, told]).toEqual([2, []])
    solver.dispose()
  })

  it('leaves it where it is slower', async () => {
    let runs = 0
    const slow = ortThatTakes(1, () => runs++)
    const { solver, told } = await make('auto', fakeGpu(), async () => slow)
    const results = await solver.solveBatch(boards, { maxSteps: 5000 })
    expect(results.map(({ solution }) => solution)).toEqual(solutions)
    // One to warm up and one that is timed, of one board.
    expect([runs, told]).toEqual([2, []])
    solver.dispose()
  })

  it.each([
    { vendor: 'google', architecture: 'swiftshader' },
    { vendor: 'mesa', description: 'llvmpipe (LLVM 19)' },
    { isFallbackAdapter: true },
  ])('does not measure an adapter that computes on the CPU: %o', async (info) => {
    const run = vi.fn(async () => {})
    const create = vi.fn(async () => {})
    const { solver, told } = await make('auto', fakeGpu(info), async () => fakeOrt({ create, run }))
    const results = await solver.solveBatch(boards, { maxSteps: 5000 })
    expect(results.map(({ solution }) => solution)).toEqual(solutions)
    expect([create, run].map(({ mock }) => mock.calls.length)).toEqual([0, 0])
    expect([solver.backend, told]).toEqual(['wasm', []])
    solver.dispose()
  })
})
