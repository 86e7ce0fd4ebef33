import { describe, expect, test } from 'vitest'
import { ChannelWorker, CountingSolver } from '../../tests/helpers/channel-worker.ts'
import { expectHrmError } from '../../tests/helpers/errors.ts'
import { turns } from '../../tests/helpers/turns.ts'
import { HrmError } from '../errors.ts'
import { STEP_WINDOW } from './protocol.ts'
import { type CreateThreadSolverOptions, createThreadSolver } from './thread-solver.ts'
import { startThread } from './web-worker.ts'

/** A worker solver and every worker it has started, the newest last. */
async function setup(options: CreateThreadSolverOptions = {}) {
  const workers: ChannelWorker[] = []
  const worker = () => {
    workers.push(new ChannelWorker())
    return workers.at(-1)!
  }
  const solver = await createThreadSolver({ ...options, worker })
  return { solver, workers }
}

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('it should have failed'),
    (error: HrmError) => error,
  )

describe('createThreadSolver', () => {
  test('knows of the solver what is data', async () => {
    const { solver } = await setup()
    expect(solver).toMatchObject({ task: 'sudoku', backend: 'reference', build: 'typescript' })
    expect(solver.model.name).toBe('counting')
  })

  test('hands on options and progress, and makes a URL object a string', async () => {
    const heard: unknown[] = []
    const worker = new ChannelWorker(async ({ onProgress }) => {
      onProgress?.({ loaded: 10, total: 20 })
      onProgress?.({ loaded: 20, total: 20 })
      return new CountingSolver()
    })
    await createThreadSolver({
      weights: new URL('https://example.test/w.safetensors'),
      slots: 3,
      onProgress: (p) => heard.push(p),
      worker: () => worker,
    })
    expect(worker.options).toMatchObject({ weights: 'https://example.test/w.safetensors', slots: 3 })
    expect(heard).toEqual([
      { loaded: 10, total: 20 },
      { loaded: 20, total: 20 },
    ])
  })

  test('ends the worker and restores the error when the solver cannot be built', async () => {
    const worker = new ChannelWorker(async () => {
      throw new HrmError('weights_hash', 'sha256 differs')
    })
    const error = await failureOf(createThreadSolver({ worker: () => worker }))
    expect(error).toBeInstanceOf(HrmError)
    expect(error).toMatchObject({ code: 'weights_hash', message: 'sha256 differs' })
    expect(worker.terminated).toBe(true)
  })

  test('ends the worker when the creation is aborted', async () => {
    const abort = new AbortController()
    const worker = new ChannelWorker(() => new Promise(() => {}))
    const creation = createThreadSolver({ worker: () => worker, signal: abort.signal })
    abort.abort('enough')
    expect(await failureOf(creation)).toMatchObject({
      code: 'aborted',
      cause: 'enough',
      message: 'loading the solver was aborted',
    })
    expect(worker.terminated).toBe(true)
  })

  test('fails with engine_failed when its worker dies before there is a solver', async () => {
    const worker = new ChannelWorker(() => new Promise(() => {}))
    const creation = createThreadSolver({ worker: () => worker })
    await expect.poll(() => worker.options).toBeDefined()
    worker.crash('no such script')
    const message = "the solver's worker failed: no such script"
    expect(await failureOf(creation)).toMatchObject({ code: 'engine_failed', message })
  })

  test('fails with engine_failed when the worker cannot be started', async () => {
    for (const cause of [new DOMException('of another origin', 'SecurityError'), new TypeError('TrustedScriptURL')]) {
      const worker = () => {
        throw cause
      }
      const message = `the solver's worker could not be started: ${cause.message}`
      expect(await failureOf(createThreadSolver({ worker }))).toMatchObject({ code: 'engine_failed', message, cause })
    }
  })

  test.each([
    ['nothing', () => undefined],
    ['a promise', async () => new ChannelWorker()],
    ['a worker of Node', () => ({ postMessage() {}, terminate() {}, on() {} })],
  ])('refuses a worker() that returns %s', async (_, worker) => {
    const creation = createThreadSolver({ worker: worker as never })
    expect(await failureOf(creation)).toMatchObject({
      code: 'option_invalid',
      message: expect.stringContaining('worker must return'),
    })
  })

  test('says what is missing where there are no web workers', () => {
    expectHrmError(startThread, 'engine_unavailable', 'needs web workers')
  })
})

describe('steps', () => {
  test('come in order, every one, and the result last', async () => {
    const { solver } = await setup()
    const seen: number[] = []
    const steps = solver.steps('board', { maxSteps: 50 })
    let next = await steps.next()
    for (; !next.done; next = await steps.next()) seen.push(next.value.step)
    expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
    expect(next.value).toMatchObject({ status: 'unsolved', steps: 50 })
  })

  test('do not run ahead of a slow reader by more than the window', async () => {
    const { solver, workers } = await setup()
    const steps = solver.steps('board')
    for (const ahead of [STEP_WINDOW, STEP_WINDOW + 1]) {
      await steps.next()
      await expect.poll(() => workers[0].solver.computed).toBe(ahead)
      // It would go on if it did not wait for the reader.
      await turns(200)
      expect(workers[0].solver.computed).toBe(ahead)
    }
    await steps.return(undefined as never)
  })

  test('stop the work when the loop is left', async () => {
    const { solver, workers } = await setup()
    for await (const { step } of solver.steps('board')) if (step === 3) break
    await expect.poll(() => workers[0].solver.left).toBe(true)
    expect(workers[0].solver.computed).toBeLessThan(3 + STEP_WINDOW + 1)
  })

  test('fail at once when aborted, and the worker stops', async () => {
    const { solver, workers } = await setup()
    const abort = new AbortController()
    const seen: number[] = []
    const loop = async () => {
      for await (const { step } of solver.steps('board', { signal: abort.signal })) {
        seen.push(step)
        if (step === 2) abort.abort()
      }
    }
    expect(await failureOf(loop())).toMatchObject({ code: 'aborted' })
    expect(seen).toEqual([1, 2])
    await expect.poll(() => workers[0].solver.left).toBe(true)
  })

  test('of two boards do not mix', async () => {
    const { solver } = await setup()
    const collect = async (board: string) => {
      const boards = new Set<string>()
      for await (const step of solver.steps(board, { maxSteps: 30 })) boards.add(step.board)
      return [...boards]
    }
    expect(await Promise.all([collect('a'), collect('b')])).toEqual([['a'], ['b']])
  })
})

describe('solve', () => {
  test('gives the result', async () => {
    const { solver } = await setup()
    expect(await solver.solve('board', { maxSteps: 7 })).toMatchObject({ status: 'unsolved', steps: 7 })
  })

  test('is aborted within a step', async () => {
    const { solver, workers } = await setup()
    const abort = new AbortController()
    const solving = solver.solve('board', { maxSteps: 1e6, signal: abort.signal })
    await expect.poll(() => workers[0].solver.computed).toBeGreaterThan(5)
    abort.abort()
    expect(await failureOf(solving)).toMatchObject({ code: 'aborted' })
    await expect.poll(() => workers[0].solver.left).toBe(true)
  })

  test('refuses a signal that is aborted already', async () => {
    const { solver } = await setup()
    expect(await failureOf(solver.solve('b', { signal: AbortSignal.abort() }))).toMatchObject({ code: 'aborted' })
  })

  test('restores the code and the cells of an error', async () => {
    const { solver } = await setup()
    const error = await failureOf(solver.solve('conflict'))
    expect(error).toBeInstanceOf(HrmError)
    expect(error).toMatchObject({ code: 'board_conflict', cells: [{ index: 3, row: 0, column: 3 }] })
  })

  test('makes an unforeseen failure an engine_failed that keeps the words', async () => {
    const { solver } = await setup()
    const error = await failureOf(solver.solve('bug'))
    expect(error.code).toBe('engine_failed')
    expect(error.message).toContain('x is not a function')
  })

  test('says so when an argument cannot be sent', async () => {
    const weights = (() => {}) as unknown as string
    expect(await failureOf(setup({ weights }))).toMatchObject({ code: 'option_invalid' })
  })
})

test('solveBatch gives results in order and progress', async () => {
  const { solver } = await setup()
  const done: number[] = []
  const results = await solver.solveBatch(['a', 'b'], { onProgress: (p) => done.push(p.done) })
  expect(results.map((r) => r.solution)).toEqual(['a', 'b'])
  expect(done).toEqual([1, 2])
})

describe('several workers', () => {
  const BOARDS = Array.from({ length: 100 }, (_, i) => `board ${i}`)

  test('start when they are needed', async () => {
    const { solver, workers } = await setup({ workers: 3 })
    expect(workers).toHaveLength(1)
    await solver.solve('board', { maxSteps: 2 })
    await solver.solve('board', { maxSteps: 2 })
    expect(workers).toHaveLength(1)
    const streams = [1, 2, 3, 4].map(() => solver.steps('board', { maxSteps: 100 }))
    await Promise.all(streams.map((steps) => steps.next()))
    expect(workers).toHaveLength(3)
    expect(workers[2].options?.sha256).toBe('ab'.repeat(32))
    for (const steps of streams) await steps.return(undefined as never)
  })

  test('share a batch out; its order and progress are those of one', async () => {
    const { solver, workers } = await setup({ workers: 3, slots: 4 })
    const progress: { done: number; total: number }[] = []
    const results = await solver.solveBatch(BOARDS, { onProgress: (p) => progress.push(p) })
    expect(results.map((result) => result.solution)).toEqual(BOARDS)
    expect(workers).toHaveLength(3)
    for (const { solver } of workers) expect(solver.batches.length).toBeGreaterThan(0)
    expect(progress.map(({ done, total }) => [done, total])).toEqual(BOARDS.map((_, i) => [i + 1, 100]))
  })

  test('are asked for a share of a batch from two boards on, the idle ones first', async () => {
    const { solver, workers } = await setup({ workers: 4 })
    await solver.solveBatch(BOARDS.slice(0, 1))
    await solver.solveBatch(BOARDS.slice(0, 2))
    expect(workers).toHaveLength(1)
    const busy = solver.steps('board', { maxSteps: 1e6 })
    await busy.next()
    await solver.solveBatch(BOARDS.slice(0, 4))
    expect(workers).toHaveLength(3)
    expect(workers[0].solver.batches.flat()).toHaveLength(3)
    await solver.solveBatch(BOARDS.slice(0, 8))
    expect(workers).toHaveLength(4)
    await busy.return(undefined as never)
  })

  test('that cannot be started leave what they are asked to the others', async () => {
    const workers: ChannelWorker[] = []
    const worker = () => {
      if (workers.length > 0) throw new Error('no network')
      workers.push(new ChannelWorker())
      return workers[0]
    }
    const solver = await createThreadSolver({ worker, workers: 4 })
    for (const count of [2, 3, 100]) {
      const results = await solver.solveBatch(BOARDS.slice(0, count))
      expect(results.map(({ solution }) => solution)).toEqual(BOARDS.slice(0, count))
    }
    const busy = solver.steps('board', { maxSteps: 1e6 })
    await busy.next()
    for (const count of [1, 2, 4, 100]) expect(await solver.solveBatch(BOARDS.slice(0, count))).toHaveLength(count)
    expect(await solver.solve('board', { maxSteps: 2 })).toMatchObject({ steps: 2 })
    const steps = solver.steps('board')
    expect(await steps.next()).toMatchObject({ value: { step: 1 } })
    for (const stream of [steps, busy]) await stream.return(undefined as never)
    workers[0].crash('out of memory')
    expect(await failureOf(solver.solveBatch(BOARDS))).toMatchObject({ code: 'engine_failed' })
  })

  test('look at every board before the first is solved, and name the bad one by its place in the batch', async () => {
    const { solver, workers } = await setup({ workers: 2, slots: 4 })
    const error = await failureOf(solver.solveBatch([...BOARDS, 'refused']))
    expect(error).toMatchObject({ code: 'board_length', message: 'board 101: too short' })
    for (const { solver } of workers) expect(solver.batches).toEqual([])
  })

  test('all stop when one fails, and the failure is that one', async () => {
    const { solver, workers } = await setup({ workers: 3, slots: 1 })
    const error = await failureOf(solver.solveBatch(['fails', ...BOARDS]))
    expect(error).toMatchObject({ code: 'engine_failed', message: 'trap' })
    const taken = workers.reduce((sum, { solver }) => sum + solver.batches.flat().length, 0)
    expect(taken).toBeLessThan(BOARDS.length)
  })

  test('all stop when the batch is aborted', async () => {
    const { solver, workers } = await setup({ workers: 2, slots: 4 })
    const abort = new AbortController()
    const onProgress = ({ done }: { done: number }) => done === 10 && abort.abort('enough')
    const error = await failureOf(solver.solveBatch(BOARDS, { signal: abort.signal, onProgress }))
    expect(error).toMatchObject({ code: 'aborted' })
    expect(workers.flatMap(({ solver }) => solver.batches.flat()).length).toBeLessThan(BOARDS.length)
  })

  test.each([0, -1, 1.5, Number.NaN, 1025, '2'])('cannot be %s', async (workers) => {
    expect(await failureOf(setup({ workers: workers as number }))).toMatchObject({ code: 'option_invalid' })
  })

  test('are all ended by dispose', async () => {
    const { solver, workers } = await setup({ workers: 2, slots: 4 })
    await solver.solveBatch(BOARDS)
    solver.dispose()
    expect(workers.map(({ terminated }) => terminated)).toEqual([true, true])
  })
})

describe('a worker that dies', () => {
  test('fails what it was doing; the next solve starts another with the same weights', async () => {
    const { solver, workers } = await setup()
    const first = solver.solve('board', { maxSteps: 1e6 })
    await expect.poll(() => workers[0].solver.computed).toBeGreaterThan(0)
    workers[0].crash('out of memory')
    const error = await failureOf(first)
    expect(error.code).toBe('engine_failed')
    expect(error.message).toContain('out of memory')
    expect(workers[0].terminated).toBe(true)

    const [a, b] = await Promise.all([solver.solve('board', { maxSteps: 3 }), solver.solve('board', { maxSteps: 4 })])
    expect([a.steps, b.steps]).toEqual([3, 4])
    expect(workers).toHaveLength(2)
    expect(workers[1].options?.sha256).toBe('ab'.repeat(32))
  })

  test('ends a stream with the error after the steps that had come', async () => {
    const { solver, workers } = await setup()
    const steps = solver.steps('board')
    await steps.next()
    workers[0].crash()
    const drain = async () => {
      while (!(await steps.next()).done);
    }
    expect(await failureOf(drain())).toMatchObject({ code: 'engine_failed' })
  })

  test('that dies without an event is noticed by its lock', async () => {
    const { solver, workers } = await setup()
    const held = (await navigator.locks.query()).held?.filter(({ name }) => name?.startsWith('hrm-edge-worker-'))
    expect(held?.length).toBeGreaterThan(0)
    const solving = solver.solve('board', { maxSteps: 1e6 })
    await expect.poll(() => workers[0].solver.computed).toBeGreaterThan(0)
    // What a browser does when a worker ends: its locks come free. Stealing is the same to the one who waits.
    for (const { name } of held!) await navigator.locks.request(name!, { steal: true }, () => {})
    expect(await failureOf(solving)).toMatchObject({ code: 'engine_failed' })
  })

  test('is tried again after a worker that would not start', async () => {
    let starts = 0
    const workers: ChannelWorker[] = []
    const worker = () => {
      starts++
      const broken = starts === 2
      workers.push(
        new ChannelWorker(
          broken
            ? async () => {
                throw new HrmError('weights_fetch', 'offline')
              }
            : undefined,
        ),
      )
      return workers.at(-1)!
    }
    const solver = await createThreadSolver({ worker })
    workers[0].crash()
    expect(await failureOf(solver.solve('board'))).toMatchObject({ code: 'weights_fetch' })
    expect(await solver.solve('board', { maxSteps: 2 })).toMatchObject({ steps: 2 })
    expect(starts).toBe(3)
  })
})

test('dispose ends the worker and fails open and later calls', async () => {
  const { solver, workers } = await setup()
  const open = solver.solve('board', { maxSteps: 1e6 })
  await expect.poll(() => workers[0].solver.computed).toBeGreaterThan(0)
  solver.dispose()
  solver.dispose()
  expect(await failureOf(open)).toMatchObject({ code: 'disposed' })
  expect(await failureOf(solver.solve('board'))).toMatchObject({ code: 'disposed' })
  expect(workers[0].terminated).toBe(true)
})
