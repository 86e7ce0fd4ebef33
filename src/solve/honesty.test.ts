import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bruteForce,
  faultOf,
  PUZZLES_4X4,
  SHAPES,
  solvedBoard,
  textOf,
  UNSOLVABLE_4X4,
} from '../../tests/helpers/boards.ts'
import { collect } from '../../tests/helpers/collect.ts'
import { OFFICIAL } from '../../tests/helpers/configs.ts'
import {
  believe,
  confidentLiar,
  echo,
  fakeSolver,
  givensOf,
  noOpinion,
  stepsRun,
  stubborn,
  type Thinker,
} from '../../tests/helpers/fake-solver.ts'
import { createRandom } from '../numerics/random.ts'

// A board that breaks a rule never leaves as solved, however the engine lies. Solutions are judged by `faultOf`, which
// shares no code with the verifier.

const shape = SHAPES['4x4']

/** Engines that lie, each in its own way; all of them reproducible. */
const LIARS: Readonly<Record<string, (seed: number) => Thinker>> = {
  'random logits': (seed) => {
    const { next } = createRandom(seed)
    return ({ logits, q }) => {
      for (let i = 0; i < logits.length; i++) logits[i] = 8 * (next() - 0.5)
      q.fill(next())
    }
  },
  'random certainty': (seed) => {
    const { next } = createRandom(seed)
    return ({ logits }) =>
      believe(
        logits,
        new Uint8Array(16).map(() => 1 + Math.floor(4 * next())),
        4,
      )
  },
  'logits that are no numbers': (seed) => {
    const { next } = createRandom(seed)
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3e38, -3e38, 0]
    return ({ logits, q }) => {
      for (let i = 0; i < logits.length; i++) logits[i] = odd[Math.floor(6 * next())]
      q.fill(Number.NaN)
    }
  },
  'a valid board of other givens': (seed) => {
    let n = seed
    return ({ logits }) => believe(logits, solvedBoard(shape, n++), 4)
  },
  'the solution with one cell wrong': (seed) => {
    const { next } = createRandom(seed)
    return ({ tokens, logits }) => {
      const { cells } = givensOf(tokens)
      const solution = bruteForce(cells, shape) ?? solvedBoard(shape, seed)
      const at = Math.floor(16 * next())
      believe(logits, solution.with(at, 1 + Math.floor(4 * next())), 4)
    }
  },
  'the solution with two cells swapped': (seed) => {
    const { next } = createRandom(seed)
    return ({ tokens, logits }) => {
      const { cells } = givensOf(tokens)
      const solution = bruteForce(cells, shape) ?? solvedBoard(shape, seed)
      const [a, b] = [Math.floor(16 * next()), Math.floor(16 * next())]
      believe(logits, solution.with(a, solution[b]).with(b, solution[a]), 4)
    }
  },
  'certainty of what it made up': confidentLiar,
  stubbornness: () => stubborn,
}

/** Boards with any cells of a valid board given: one, many or no solutions are left. */
const anyBoard = fc
  .record({ seed: fc.nat(), keep: fc.array(fc.boolean(), { minLength: 16, maxLength: 16 }) })
  .map(({ seed, keep }) => textOf(solvedBoard(shape, seed).map((s, i) => (keep[i] ? s : 0))))

describe.each(Object.entries(LIARS))('an engine that answers with %s', (_, liar) => {
  it('never has a wrong board returned as solved', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(anyBoard, fc.constant(UNSOLVABLE_4X4)),
        fc.nat(),
        fc.integer({ min: 1, max: 60 }),
        async (board, seed, maxSteps) => {
          const { solver, engines } = fakeSolver(liar(seed))
          const { steps, result } = await collect(solver.steps(board, { maxSteps, seed }))
          expect(result.steps).toBe(stepsRun(engines))
          expect(steps.length).toBe(result.steps)
          expect(result.steps).toBeLessThanOrEqual(maxSteps)
          if (result.status === 'solved') {
            expect(faultOf(board, result.solution!, shape)).toBeUndefined()
            expect(result.verified).toBe(true)
          } else {
            expect(result).toMatchObject({ status: 'unsolved', solution: null, steps: maxSteps, verified: false })
          }
          // Nor is a board missed that stood there.
          for (const step of steps) expect(step.done).toBe(faultOf(board, step.board, shape) === undefined)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('never has an unsolvable board returned as solved', async () => {
    const { solver } = fakeSolver(liar(3))
    expect(await solver.solve(UNSOLVABLE_4X4, { maxSteps: 100 })).toMatchObject({ status: 'unsolved', steps: 100 })
  })
})

describe('a model of cells that lies', () => {
  it('never has a wrong board returned as solved', async () => {
    await fc.assert(
      fc.asyncProperty(anyBoard, fc.nat(), async (board, seed) => {
        const { next } = createRandom(seed)
        const think: Thinker = ({ logits, q }) => {
          for (let i = 0; i < logits.length; i++) logits[i] = 20 * next()
          q[0] = 1000 // The halting head counts for nothing where rules are known.
        }
        const { solver } = fakeSolver(think, { config: OFFICIAL })
        const result = await solver.solve(board, { maxSteps: 40 })
        if (result.status === 'solved') expect(faultOf(board, result.solution!, shape)).toBeUndefined()
        else expect(result.steps).toBe(40)
      }),
      { numRuns: 40 },
    )
  })
})

describe('the search', () => {
  const thinkers = {
    echo,
    'a confident liar': confidentLiar(5),
    'a stubborn one': stubborn,
    'one without a word': noOpinion,
  }

  it.each(Object.entries(thinkers))('finds the solution with no help from the model: %s', async (_, think) => {
    for (const [board, solution] of PUZZLES_4X4) {
      for (const seed of [0, 1, 2]) {
        const { solver } = fakeSolver(think)
        expect((await solver.solve(board, { maxSteps: 5000, seed })).solution).toBe(solution)
      }
    }
  })

  it.each(Object.entries(thinkers))('shows in its last step what it returns: %s', async (_, think) => {
    for (const [board, solution] of PUZZLES_4X4) {
      const { steps } = await collect(fakeSolver(think).solver.steps(board, { maxSteps: 5000 }))
      expect(steps.at(-1)).toMatchObject({ done: true, board: solution })
      expect(steps.filter(({ done }) => done).length).toBe(1)
    }
  })

  it('has solved a board whose only gap in the model it filled by a guess', async () => {
    const [[board, solution]] = PUZZLES_4X4
    const gap = board.indexOf('.')
    const { solver } = fakeSolver(({ logits }) => {
      believe(
        logits,
        Uint8Array.from(solution, (s, cell) => (cell === gap ? 0 : Number(s))),
        4,
      )
    })
    const result = await solver.solve(board, { maxSteps: 200 })
    expect(result.solution).toBe(solution)
    // The model alone, and no more guesses than the cell has symbols.
    expect(result.attempts).toBeLessThanOrEqual(1 + 4)
  })

  it('finds one of many, and the one of few', async () => {
    await fc.assert(
      fc.asyncProperty(anyBoard, fc.nat(), async (board, seed) => {
        const { solver } = fakeSolver(confidentLiar(seed))
        const { status, solution } = await solver.solve(board, { maxSteps: 5000, seed })
        expect(status).toBe('solved')
        expect(faultOf(board, solution!, shape)).toBeUndefined()
      }),
      { numRuns: 60 },
    )
  })
})
