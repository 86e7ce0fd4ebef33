import { describe, expect, it } from 'vitest'
import { OPEN_6X6, PUZZLES_4X4, UNSOLVABLE_4X4 } from '../../tests/helpers/boards.ts'
import { expectHrmRejection } from '../../tests/helpers/errors.ts'
import { fakeSolver, noOpinion, oracle, stepsRun, type Thinker } from '../../tests/helpers/fake-solver.ts'
import { HrmError } from '../errors.ts'

const [[BOARD, SOLUTION]] = PUZZLES_4X4

describe('abort', () => {
  it('before the start runs no step', async () => {
    const { solver, engines } = fakeSolver(noOpinion)
    const reason = new Error('enough')
    const error = await expectHrmRejection(solver.solve(BOARD, { signal: AbortSignal.abort(reason) }), 'aborted')
    expect(error.cause).toBe(reason)
    await expectHrmRejection(solver.solveBatch([BOARD], { signal: AbortSignal.abort() }), 'aborted')
    expect(stepsRun(engines)).toBe(0)
  })

  it('is heard within a step, and leaves the slot for others', async () => {
    const controller = new AbortController()
    let count = 0
    const think: Thinker = (thought) => {
      noOpinion(thought)
      if (++count === 5) controller.abort()
    }
    const { solver, engines } = fakeSolver(think, { slots: 1 })
    await expectHrmRejection(solver.solve(UNSOLVABLE_4X4, { maxSteps: 1e6, signal: controller.signal }), 'aborted')
    expect(stepsRun(engines)).toBe(5)
    expect((await solver.solve(UNSOLVABLE_4X4, { maxSteps: 2 })).steps).toBe(2)
  })

  it('by a timer is heard: the event loop turns between steps', async () => {
    const { solver } = fakeSolver(noOpinion)
    const signal = AbortSignal.timeout(20)
    const error = await expectHrmRejection(solver.solve(UNSOLVABLE_4X4, { maxSteps: 1e6, signal }), 'aborted')
    expect((error.cause as Error).name).toBe('TimeoutError')
  })

  it('reaches a solve and a batch that wait for a slot', async () => {
    const { solver, engines } = fakeSolver(noOpinion, { slots: 1 })
    const [holder, waiter] = [new AbortController(), new AbortController()]
    const holding = expectHrmRejection(
      solver.solve(UNSOLVABLE_4X4, { maxSteps: 1e6, signal: holder.signal }),
      'aborted',
    )
    const waiting = [
      expectHrmRejection(solver.solve(BOARD, { signal: waiter.signal }), 'aborted'),
      expectHrmRejection(solver.solveBatch([BOARD], { signal: waiter.signal }), 'aborted'),
    ]
    setTimeout(() => waiter.abort(), 5)
    await Promise.all(waiting)
    const before = stepsRun(engines)
    await expect.poll(() => stepsRun(engines)).toBeGreaterThan(before)
    holder.abort()
    await holding
    expect((await solver.solve(BOARD, { maxSteps: 1 })).steps).toBe(1)
  })

  it('stops a batch, all slots of it, at the step in work', async () => {
    const controller = new AbortController()
    const think: Thinker = (thought) => {
      noOpinion(thought)
      if (thought.step === 3) controller.abort()
    }
    const { solver, engines } = fakeSolver(think, { slots: 2 })
    const boards = [UNSOLVABLE_4X4, UNSOLVABLE_4X4, UNSOLVABLE_4X4]
    await expectHrmRejection(solver.solveBatch(boards, { signal: controller.signal }), 'aborted')
    expect(stepsRun(engines)).toBe(5)
    expect(await Promise.all([BOARD, BOARD].map((b) => solver.solve(b, { maxSteps: 1 })))).toHaveLength(2)
  })
})

describe('dispose', () => {
  it('ends running and waiting solves, and refuses new ones', async () => {
    const { solver, engines } = fakeSolver(noOpinion, { slots: 1 })
    const run = solver.steps(UNSOLVABLE_4X4)
    await run.next()
    const rejected = [
      expectHrmRejection(solver.solve(BOARD), 'disposed'),
      expectHrmRejection(solver.solveBatch([BOARD]), 'disposed'),
    ]
    await new Promise((resolve) => setTimeout(resolve, 1))
    solver.dispose()
    await Promise.all([...rejected, expectHrmRejection(run.next(), 'disposed')])
    await expectHrmRejection(solver.solve(BOARD), 'disposed', 'the solver was disposed')
    await expectHrmRejection(solver.solveBatch([BOARD]), 'disposed')
    await expectHrmRejection(solver.steps(BOARD).next(), 'disposed')
    expect(engines.every(({ disposed }) => disposed)).toBe(true)
    solver.dispose()
  })

  it('ends a batch between two steps', async () => {
    const think: Thinker = (thought) => {
      noOpinion(thought)
      if (thought.step === 2) solver.dispose()
    }
    const { solver } = fakeSolver(think)
    await expectHrmRejection(solver.solveBatch([UNSOLVABLE_4X4, OPEN_6X6]), 'disposed')
  })
})

describe('a failing engine', () => {
  const failures: [string, () => never, string][] = [
    [
      'engine_failed',
      () => {
        throw new HrmError('engine_failed', 'the kernels trapped')
      },
      'the kernels trapped',
    ],
    [
      'a plain error',
      () => {
        throw new RangeError('out of bounds')
      },
      'engine failed: out of bounds',
    ],
  ]

  it.each(failures)('by %s fails its solves, and the next solve gets a new engine', async (_, fail, message) => {
    let failing = true
    const think: Thinker = (thought) => {
      if (failing && thought.step === 2) fail()
      oracle(3)(thought)
    }
    const { solver, engines } = fakeSolver(think, { slots: 2 })
    // Two run, two wait: all of them hear the same.
    await Promise.all([1, 2, 3, 4].map(() => expectHrmRejection(solver.solve(BOARD), 'engine_failed', message)))
    failing = false
    expect((await solver.solve(BOARD)).solution).toBe(SOLUTION)
    expect(engines.map(({ disposed }) => disposed)).toEqual([true, false])
    expect((await solver.solveBatch([BOARD, BOARD, BOARD])).map(({ solution }) => solution)).toEqual(
      Array(3).fill(SOLUTION),
    )
    expect(engines.length).toBe(2)
  })

  it('never says "disposed" to a solve whose engine another one replaced', async () => {
    let failing = true
    const think: Thinker = ({ slot, step, logits }) => {
      logits.fill(0)
      if (failing && slot === 1 && step === 1) throw new HrmError('engine_failed', 'the device is lost')
    }
    const { solver } = fakeSolver(think, { slots: 2 })
    const first = solver.steps(UNSOLVABLE_4X4)
    await first.next()
    await expectHrmRejection(solver.solve(UNSOLVABLE_4X4), 'engine_failed')
    failing = false
    await solver.solve(UNSOLVABLE_4X4, { maxSteps: 1 })
    await expectHrmRejection(first.next(), 'engine_failed', 'the device is lost')
  })

  it('may fail in a rejected promise, and in start', async () => {
    const { solver, engines } = fakeSolver(oracle(2), {
      wrap: (engine, index) => {
        if (index === 0) engine.step = () => Promise.reject(new HrmError('engine_failed', 'lost'))
        if (index === 1) {
          engine.start = () => {
            throw new Error('no memory')
          }
        }
        return engine
      },
    })
    await expectHrmRejection(solver.solveBatch([BOARD, BOARD, BOARD]), 'engine_failed', 'lost')
    await expectHrmRejection(solver.solve(BOARD), 'engine_failed', 'no memory')
    expect((await solver.solve(BOARD)).status).toBe('solved')
    expect(engines.length).toBe(3)
  })

  it('that cannot be rebuilt says so, until it can', async () => {
    let failing = true
    const { solver } = fakeSolver(
      (thought) => {
        if (failing) throw new HrmError('engine_failed', 'lost')
        oracle(1)(thought)
      },
      {
        wrap: (engine, index) => {
          if (index === 1) throw new HrmError('engine_unavailable', 'no memory')
          return engine
        },
      },
    )
    await expectHrmRejection(solver.solve(BOARD), 'engine_failed')
    await expectHrmRejection(solver.solve(BOARD), 'engine_unavailable', 'no memory')
    failing = false
    expect((await solver.solve(BOARD)).status).toBe('solved')
  })
})
