import { describe, expect, it } from 'vitest'
import { PUZZLES_4X4, UNSOLVABLE_4X4 } from '../../tests/helpers/boards.ts'
import { expectHrmRejection } from '../../tests/helpers/errors.ts'
import { type FakeEngine, fakeEngine } from '../../tests/helpers/fake-engine.ts'
import { fakeSolver, noOpinion, oracle, type Thinker } from '../../tests/helpers/fake-solver.ts'

const [[BOARD, SOLUTION]] = PUZZLES_4X4

/** A solver of two slots with other engines for batches of two boards and more, and the numbers of boards it asked for. */
function setUp(think: Thinker) {
  const forBatches: FakeEngine[] = []
  const asked: number[] = []
  const { solver, engines } = fakeSolver(think, {
    slots: 2,
    batch: {
      async factoryFor(_, boards) {
        asked.push(boards)
        if (boards < 2) return undefined
        return (options) => {
          const engine = fakeEngine(options, think)
          forBatches.push(engine)
          return engine
        }
      },
    },
  })
  return { solver, engines, forBatches, asked }
}

describe('engines for batches', () => {
  it('solve a batch where there are enough boards, asked by how many are computed side by side', async () => {
    const { solver, engines, forBatches, asked } = setUp(oracle(1))
    const results = await solver.solveBatch([BOARD, BOARD, BOARD, BOARD, BOARD])
    expect(results.map(({ solution }) => solution)).toEqual(Array(5).fill(SOLUTION))
    expect(engines[0].calls).toEqual([])
    await solver.solveBatch([BOARD])
    expect(asked).toEqual([2, 1])
    expect([engines[0].calls.length, forBatches.length]).toEqual([1, 1])
  })

  it('are disposed with the solver, which ends their batch', async () => {
    const { solver, engines, forBatches } = setUp((thought) => {
      noOpinion(thought)
      if (thought.step === 3) solver.dispose()
    })
    const boards = [UNSOLVABLE_4X4, UNSOLVABLE_4X4, UNSOLVABLE_4X4]
    await expectHrmRejection(solver.solveBatch(boards, { maxSteps: 20 }), 'disposed')
    expect([...engines, ...forBatches].map(({ disposed }) => disposed)).toEqual([true, true])
  })
})
