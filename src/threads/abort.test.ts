import { getEventListeners } from 'node:events'
import { expect, it, onTestFinished } from 'vitest'
import { UNSOLVABLE_4X4 } from '../../tests/helpers/boards.ts'
import { ChannelWorker } from '../../tests/helpers/channel-worker.ts'
import { expectHrmRejection } from '../../tests/helpers/errors.ts'
import { fakeSolver, noOpinion, stepsRun } from '../../tests/helpers/fake-solver.ts'
import type { Reply } from './protocol.ts'
import { serveSolver } from './solver-host.ts'
import { createThreadSolver } from './thread-solver.ts'

/** A worker without a thread, whose messages are heard at once: only the solver decides when it stops. */
function createLoopback() {
  let hear: (event: MessageEvent) => void = () => {}
  const worker = new EventTarget()
  let steps = () => 0
  const port = {
    postMessage: (data: Reply) => worker.dispatchEvent(new MessageEvent('message', { data })),
    addEventListener: (_: 'message', listener: typeof hear) => {
      hear = listener
    },
  }
  /** Called within every step of the engine. */
  let onStep = (_: number) => {}
  serveSolver(port, async () => {
    const { solver, engines } = fakeSolver((thought) => {
      noOpinion(thought)
      onStep(steps())
    })
    steps = () => stepsRun(engines)
    return solver
  })
  return {
    worker: Object.assign(worker, {
      postMessage: (data: unknown) => hear(new MessageEvent('message', { data })),
      terminate() {},
    }),
    steps: () => steps(),
    set onStep(listener: (step: number) => void) {
      onStep = listener
    },
  }
}

it.each(['solve', 'solveBatch', 'steps'] as const)(
  'an abort that comes during a step of %s is heeded after it',
  async (call) => {
    const loopback = createLoopback()
    const solver = await createThreadSolver({ worker: () => loopback.worker })
    const abort = new AbortController()
    let last = 0
    loopback.onStep = (step) => {
      if (step === 5) abort.abort('enough')
      last = step
    }
    const options = { maxSteps: 1e6, signal: abort.signal }
    const run = {
      solve: () => solver.solve(UNSOLVABLE_4X4, options),
      solveBatch: () => solver.solveBatch([UNSOLVABLE_4X4], options),
      async steps() {
        for await (const _ of solver.steps(UNSOLVABLE_4X4, options));
      },
    }
    const error = await expectHrmRejection(run[call](), 'aborted')
    expect(error.cause).toBe('enough')
    // The worker may still be on its way out.
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(last).toBe(5)
    expect(loopback.steps()).toBe(5)
    solver.dispose()
  },
)

it('an abort of steps counts also when the worker has run ahead to its end', async () => {
  const worker = new ChannelWorker()
  const solver = await createThreadSolver({ worker: () => worker })
  const abort = new AbortController()
  const seen: number[] = []
  const loop = async () => {
    for await (const { step } of solver.steps('board', { maxSteps: 5, signal: abort.signal })) {
      seen.push(step)
      await expect.poll(() => worker.solver.left).toBe(true)
      // What the worker has sent is here then.
      await new Promise((resolve) => setTimeout(resolve, 20))
      if (step === 2) abort.abort('enough')
    }
  }
  expect((await expectHrmRejection(loop(), 'aborted')).cause).toBe('enough')
  expect(seen).toEqual([1, 2])
  solver.dispose()
})

it('any number of calls with one signal have one listener on it, and none when they are over', async () => {
  const solver = await createThreadSolver({ worker: () => new ChannelWorker() })
  const abort = new AbortController()
  const calls = Array.from({ length: 30 }, () =>
    expectHrmRejection(solver.solve('board', { signal: abort.signal }), 'aborted'),
  )
  const listeners = () => getEventListeners(abort.signal, 'abort').length
  expect(listeners()).toBe(1)
  await new Promise((resolve) => setTimeout(resolve, 10))
  expect(listeners()).toBe(1)
  abort.abort()
  await Promise.all(calls)
  expect(listeners()).toBe(0)
  solver.dispose()
})

it('steps that are left leave no listener on their signal, and the worker stops', async () => {
  const worker = new ChannelWorker()
  const solver = await createThreadSolver({ worker: () => worker })
  const { signal } = new AbortController()
  for await (const { step } of solver.steps('board', { signal })) if (step === 3) break
  expect(getEventListeners(signal, 'abort')).toEqual([])
  await expect.poll(() => worker.solver.left).toBe(true)
  solver.dispose()
})

it('steps that are aborted and dropped are no load on their worker', async () => {
  const workers: ChannelWorker[] = []
  const worker = () => {
    workers.push(new ChannelWorker())
    return workers.at(-1)!
  }
  const solver = await createThreadSolver({ worker, workers: 2 })
  const abort = new AbortController()
  const dropped = solver.steps('board', { signal: abort.signal })
  await dropped.next()
  abort.abort()
  await solver.solve('board', { maxSteps: 2 })
  // Nor less than none, once it is left.
  await dropped.return(undefined as never)
  expect(getEventListeners(abort.signal, 'abort')).toEqual([])
  const streams = [1, 2].map(() => solver.steps('board'))
  expect(workers).toHaveLength(1)
  for (const steps of streams) await steps.next()
  expect(workers).toHaveLength(2)
  for (const steps of streams) await steps.return(undefined as never)
  solver.dispose()
})

it('a batch shared out is aborted where there is no AbortSignal.any too', async () => {
  const any = Object.getOwnPropertyDescriptor(AbortSignal, 'any')!
  Object.defineProperty(AbortSignal, 'any', { value: undefined, configurable: true })
  onTestFinished(() => void Object.defineProperty(AbortSignal, 'any', any))
  const workers: ChannelWorker[] = []
  const worker = () => {
    workers.push(new ChannelWorker())
    return workers.at(-1)!
  }
  const solver = await createThreadSolver({ worker, workers: 2, slots: 4 })
  const abort = new AbortController()
  const onProgress = ({ done }: { done: number }) => done === 10 && abort.abort('enough')
  const batch = solver.solveBatch(Array(100).fill('board'), { signal: abort.signal, onProgress })
  expect((await expectHrmRejection(batch, 'aborted')).cause).toBe('enough')
  expect(workers.flatMap(({ solver }) => solver.batches.flat()).length).toBeLessThan(100)
  solver.dispose()
})
