import { describe, expect, it } from 'vitest'
import { EMPTY_4X4, faultOf, OPEN_6X6, PUZZLES_4X4, SHAPES, UNSOLVABLE_4X4 } from '../../tests/helpers/boards.ts'
import { collect } from '../../tests/helpers/collect.ts'
import { CANDIDATES, LEARNED, SMALLEST } from '../../tests/helpers/configs.ts'
import { expectHrmRejection } from '../../tests/helpers/errors.ts'
import { echo, fakeSolver, noOpinion, oracle, stepsRun } from '../../tests/helpers/fake-solver.ts'

const [[BOARD, SOLUTION]] = PUZZLES_4X4

describe('solve', () => {
  it('gives the first board that passes the verifier', async () => {
    const { solver, engines } = fakeSolver(oracle(3))
    expect(await solver.solve(BOARD)).toEqual({
      task: 'sudoku',
      status: 'solved',
      solution: SOLUTION,
      steps: 3,
      attempts: 1,
      verified: true,
      model: 'tiny',
    })
    expect(stepsRun(engines)).toBe(3)
  })

  it('says what it is made of', () => {
    const { solver } = fakeSolver(oracle(1))
    expect([solver.task, solver.backend, solver.build, solver.model.name]).toEqual([
      'sudoku',
      'reference',
      'fake',
      'tiny',
    ])
  })

  it('says what computes now, also once the first engine was given up', async () => {
    const { solver, engines } = fakeSolver(noOpinion)
    await solver.solve('.'.repeat(256), { maxSteps: 1 })
    expect(engines.map(({ disposed }) => disposed)).toEqual([true, false])
    engines[1].backend = 'wasm' // as when a GPU was lost
    expect(solver.backend).toBe('wasm')
  })

  it.each([1, 2, 3, 4, 5, 11, 12, 13, 100, 333])('spends a budget of %i steps to the step', async (maxSteps) => {
    for (const think of [noOpinion, echo]) {
      const { solver, engines } = fakeSolver(think)
      const result = await solver.solve(UNSOLVABLE_4X4, { maxSteps })
      expect(result).toMatchObject({ status: 'unsolved', solution: null, steps: maxSteps, verified: false })
      expect(result.attempts).toBeLessThanOrEqual(maxSteps)
      expect(stepsRun(engines)).toBe(maxSteps)
    }
  })

  it('takes an answer that comes with the last step, and none that would come after it', async () => {
    const { solver } = fakeSolver(oracle(4))
    expect(await solver.solve(BOARD, { maxSteps: 4 })).toMatchObject({ status: 'solved', steps: 4 })
    expect(await solver.solve(BOARD, { maxSteps: 3 })).toMatchObject({ status: 'unsolved', steps: 3 })
  })

  it('takes any of several solutions', async () => {
    const result = await fakeSolver(echo).solver.solve(EMPTY_4X4)
    expect(result.status).toBe('solved')
    expect(faultOf(EMPTY_4X4, result.solution!, SHAPES['4x4'])).toBeUndefined()
  })

  it('returns a full board as it is', async () => {
    expect(await fakeSolver(noOpinion).solver.solve(SOLUTION)).toMatchObject({ solution: SOLUTION, steps: 1 })
  })

  it('does the same for the same seed, and draws otherwise for another', async () => {
    const trace = async (seed: number) => collect(fakeSolver(echo).solver.steps(EMPTY_4X4, { seed }))
    const [first, again] = [await trace(7), await trace(7)]
    expect(again).toEqual(first)
    expect((await trace(8)).steps).not.toEqual(first.steps)
    // Nothing is left over from an earlier solve of the same solver.
    const { solver } = fakeSolver(echo)
    await solver.solve(BOARD)
    expect(await collect(solver.steps(EMPTY_4X4, { seed: 7 }))).toEqual(first)
  })

  it('refuses bad boards and options before any work', async () => {
    const { solver, engines } = fakeSolver(oracle(1))
    await expectHrmRejection(solver.solve('11'.padEnd(16, '.')), 'board_conflict', '1 stands twice in a unit')
    await expectHrmRejection(solver.solve('1'), 'board_length')
    await expectHrmRejection(solver.solve('x'.padEnd(16, '.')), 'board_symbol')
    await expectHrmRejection(solver.solve(5 as never), 'board_type')
    await expectHrmRejection(solver.solve(BOARD, { maxSteps: 0 }), 'option_invalid', 'maxSteps')
    await expectHrmRejection(solver.solve(BOARD, { seed: -1 }), 'option_invalid', 'seed')
    expect(stepsRun(engines)).toBe(0)
  })

  it('keeps one engine for every board size', async () => {
    const { solver, engines } = fakeSolver(oracle(1))
    for (const board of [BOARD, OPEN_6X6, BOARD, OPEN_6X6]) expect((await solver.solve(board)).status).toBe('solved')
    expect(engines.map(({ tokens }) => tokens)).toEqual([64, 216])
  })

  it('has fewer slots for boards larger than the trained size', async () => {
    const { solver, engines } = fakeSolver(noOpinion, { slots: 8 })
    for (const cells of [36, 64, 81, 256]) await solver.solve('.'.repeat(cells), { maxSteps: 1 })
    // 64 tokens on 4x4, the trained size; then 216, 512, 729 and 4096
    expect(engines.map(({ slots }) => slots)).toEqual([8, 2, 2, 2, 2])
    const sixBySix = {
      ...CANDIDATES,
      seq_len: 216,
      task: { ...CANDIDATES.task, rows: 6, cols: 6, box_rows: 2, box_cols: 3 },
    }
    const six = fakeSolver(noOpinion, { slots: 8, config: sixBySix })
    for (const cells of [16, 64, 81]) await six.solver.solve('.'.repeat(cells), { maxSteps: 1 })
    expect(six.engines.map(({ slots }) => slots)).toEqual([8, 8, 3, 2])
  })

  it('has no more slots than it was given', async () => {
    const { solver, engines } = fakeSolver(noOpinion, { slots: 1 })
    await solver.solve(OPEN_6X6, { maxSteps: 1 })
    expect(engines.map(({ slots }) => slots)).toEqual([1, 1])
  })

  it('runs many at once on few slots', async () => {
    const { solver, engines } = fakeSolver(oracle(3), { slots: 2 })
    const boards = Array.from({ length: 20 }, (_, i) => PUZZLES_4X4[i % PUZZLES_4X4.length])
    const results = await Promise.all(boards.map(([board]) => solver.solve(board)))
    expect(results.map(({ solution }) => solution)).toEqual(boards.map(([, solution]) => solution))
    expect(engines.length).toBe(1)
    expect(stepsRun(engines)).toBe(60)
  })
})

describe('a task without rules', () => {
  const BOARD_OF_PATHS = '#a.b..a#b.'

  it('ends where the halting head says so, unverified', async () => {
    const { solver } = fakeSolver(
      ({ step, logits, q }) => {
        logits.fill(0)
        for (let cell = 0; cell < 10; cell++) logits[cell * 5 + 3] = 1
        ;[q[0], q[1]] = [step === 3 ? 2 : 0.5, 1]
      },
      { config: LEARNED },
    )
    expect(await solver.solve(BOARD_OF_PATHS)).toEqual({
      task: 'paths',
      status: 'solved',
      solution: 'aaaaaaaaaa',
      steps: 3,
      attempts: 1,
      verified: false,
      model: 'tiny',
    })
  })

  it('without Q-continue ends where Q-halt is above zero', async () => {
    const { solver } = fakeSolver(
      ({ step, logits, q }) => {
        logits.fill(0)
        q[0] = step - 2
      },
      { config: SMALLEST },
    )
    expect(await solver.solve('ab')).toMatchObject({ status: 'solved', steps: 3, verified: false })
  })

  it('is unsolved, with its budget spent, where it never says so', async () => {
    const { solver, engines } = fakeSolver(
      ({ logits, q }) => {
        logits.fill(0)
        q.fill(0)
      },
      { config: LEARNED },
    )
    const { steps, result } = await collect(solver.steps(BOARD_OF_PATHS, { maxSteps: 11 }))
    expect(result).toMatchObject({ status: 'unsolved', solution: null, steps: 11, attempts: 3 })
    // halt_max_steps is 4: an attempt from the model's own start, then from noise.
    expect(steps.map(({ kind }) => kind)).toEqual([...Array(4).fill('plain'), ...Array(7).fill('noise')])
    expect(stepsRun(engines)).toBe(11)
  })
})
