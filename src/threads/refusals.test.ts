import { readFile } from 'node:fs/promises'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PUZZLES_4X4 } from '../../tests/helpers/boards.ts'
import { expectHrmError, expectHrmRejection } from '../../tests/helpers/errors.ts'
import { createSolver } from '../index.ts'
import type { Solver } from '../solve/types.ts'
import { weightsUrl } from '../wasm/index.ts'
import { webgpu } from '../webgpu/node.ts'
import { createThreadSolver } from './thread-solver.ts'

const BOARD = PUZZLES_4X4[0][0]

/** What no type allows is refused in the same words, with a thread or without. */
describe.each([
  ['hrm-edge', createSolver as typeof createThreadSolver],
  ['hrm-edge/worker', createThreadSolver],
])('%s refuses with option_invalid', (_, create) => {
  let solver: Solver
  beforeAll(async () => {
    solver = await create()
  })
  afterAll(() => solver.dispose())

  it.each([null, 5])('options that are %s', async (options) => {
    const none = options as never
    await expectHrmRejection(create(none), 'option_invalid', 'the options are')
    await expectHrmRejection(solver.solve(BOARD, none), 'option_invalid', 'the options are')
    await expectHrmRejection(solver.solveBatch([BOARD], none), 'option_invalid', 'the options are')
    expectHrmError(() => solver.steps(BOARD, none), 'option_invalid', 'the options are')
  })

  it.each([5, { aborted: false }])('the signal %j', async (signal) => {
    const options = { signal: signal as never }
    await expectHrmRejection(create(options), 'option_invalid', 'signal must be')
    await expectHrmRejection(solver.solve(BOARD, options), 'option_invalid', 'signal must be')
    await expectHrmRejection(solver.solveBatch([BOARD], options), 'option_invalid', 'signal must be')
    expectHrmError(() => solver.steps(BOARD, options), 'option_invalid', 'signal must be')
  })

  it('an onProgress that is no function', async () => {
    const options = { onProgress: 5 as never }
    await expectHrmRejection(create(options), 'option_invalid', 'onProgress must be')
    await expectHrmRejection(solver.solveBatch([BOARD], options), 'option_invalid', 'onProgress must be')
  })

  it('bytes in a buffer that was transferred', async () => {
    const weights = new ArrayBuffer(8)
    structuredClone(weights, { transfer: [weights] })
    await expectHrmRejection(create({ weights }), 'option_invalid', 'transferred')
  })
})

describe('hrm-edge/worker refuses before it starts a worker', () => {
  const worker = () => expect.fail('a worker was started')

  it.each([{ backend: 'webgpu' }, { engine: 'webgpu' }, { webgpu: webgpu() }, { onFallback() {} }])(
    'WebGPU, asked for by %j',
    async (options) => {
      await expectHrmRejection(createThreadSolver({ worker, ...(options as object) }), 'option_invalid', 'only in')
    },
  )

  it('what is no option, against its own list', async () => {
    const options = { worker, wieghts: 'x' }
    const { message } = await expectHrmRejection(createThreadSolver(options), 'option_invalid', '"wieghts"; there are')
    expect(message).toMatch(/workers, worker$/)
    expect(message).not.toMatch('webgpu')
  })

  it('backends that there are not, or that differ', async () => {
    const wrong: [object, string][] = [
      [{ backend: 'cuda' }, 'backend is "cuda", not wasm, reference or auto'],
      [{ backend: 'wasm', engine: 'reference' }, 'engine, another name of it, "reference"'],
    ]
    for (const [options, message] of wrong) {
      await expectHrmRejection(createThreadSolver({ worker, ...options }), 'option_invalid', message)
    }
  })
})

describe.each([
  ['hrm-edge', createSolver as typeof createThreadSolver],
  ['hrm-edge/worker', createThreadSolver],
])('%s', (_, create) => {
  it('takes only strings for boards', async () => {
    const solver = await create()
    for (const value of [() => {}, Symbol('board'), 5, null]) {
      const message = `a board is a string, not ${typeof value}`
      const board = value as never
      await expectHrmRejection(solver.solve(board), 'board_type', message)
      await expectHrmRejection(solver.solveBatch([BOARD, board]), 'board_type', `board 2: ${message}`)
      expectHrmError(() => solver.steps(board), 'board_type', message)
    }
    solver.dispose()
  })

  it('has functions that can be taken off it', async () => {
    const { solve, steps, solveBatch, dispose } = await create()
    const result = await solve(BOARD)
    expect(result.status).toBe('solved')
    expect(await solveBatch([BOARD])).toEqual([result])
    const run = steps(BOARD)
    expect((await run.next()).value).toMatchObject({ step: 1 })
    await run.return(undefined as never)
    dispose()
    await expectHrmRejection(steps(BOARD).next(), 'disposed')
  })

  it('is disposed of at the end of the block that uses it', async () => {
    let solver: Solver
    {
      using used = await create()
      solver = used
      expect((await solver.solve(BOARD)).status).toBe('solved')
    }
    await expectHrmRejection(solver.solve(BOARD), 'disposed')
  })

  it('says which board of a batch is wrong, from 0 as a field, and keeps what was wrong with it as the cause', async () => {
    const solver = await create({ slots: 1, workers: create === createThreadSolver ? 2 : undefined })
    for (const [board, code] of [
      ['no board', 'board_length'],
      [5 as never, 'board_type'],
    ] as const) {
      const error = await expectHrmRejection(solver.solveBatch([BOARD, board, BOARD]), code, /^board 2: /)
      expect(error.board).toBe(1)
      const { name, message } = error.cause as Error
      expect([name, `board 2: ${message}`]).toEqual(['HrmError', error.message])
    }
    expect((await expectHrmRejection(solver.solve('no board'), 'board_length')).board).toBeUndefined()
    solver.dispose()
  })

  it('tells the cause of what fails', async () => {
    const kernels = { relaxed: Uint8Array.of(1), simd128: Uint8Array.of(1) }
    const failure = await expectHrmRejection(create({ kernels }), 'engine_fetch')
    expect(failure.cause).toMatchObject({ name: 'CompileError', message: expect.stringContaining('WebAssembly') })
  })

  it('says that it was disposed of, or else aborted, before it says what is wrong with a board', async () => {
    const solver = await create()
    const options = { signal: AbortSignal.abort('enough') }
    for (const call of [solver.solve('no board', options), solver.solveBatch(['no board'], options)]) {
      expect((await expectHrmRejection(call, 'aborted')).cause).toBe('enough')
    }
    await expectHrmRejection(solver.solveBatch([], options), 'aborted')
    solver.dispose()
    await expectHrmRejection(solver.solve('no board', options), 'disposed', 'the solver was disposed')
  })

  it('solves no batch after it was disposed of, also one without boards', async () => {
    const solver = await create()
    solver.dispose()
    await expectHrmRejection(solver.solveBatch([]), 'disposed')
    await expectHrmRejection(solver.solveBatch(['no board']), 'disposed')
    await expectHrmRejection(solver.solveBatch([5 as never]), 'disposed')
  })

  it('takes weights from an ArrayBuffer of another realm', async () => {
    const bytes = await readFile(new URL(weightsUrl('sudoku')))
    const weights: ArrayBuffer = runInNewContext(`new ArrayBuffer(${bytes.length})`)
    expect(weights).not.toBeInstanceOf(ArrayBuffer)
    new Uint8Array(weights).set(bytes)
    const progress: unknown[] = []
    const solver = await create({ weights, onProgress: (p) => progress.push(p) })
    expect(progress).toEqual([{ loaded: bytes.length, total: bytes.length }])
    expect((await solver.solve(BOARD)).status).toBe('solved')
    solver.dispose()
  })

  it('misses the boards of an array that has none, and takes one object of options for every call', async () => {
    const solver = await create({ slots: 1 })
    await expectHrmRejection(solver.solveBatch(new Array(3)), 'board_type', 'board 1')
    const options = { maxSteps: 256, onProgress() {} }
    expect((await solver.solve(BOARD, options)).status).toBe('solved')
    solver.dispose()
  })
})
