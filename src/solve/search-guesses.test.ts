import { describe, expect, it } from 'vitest'
import { EMPTY_4X4 } from '../../tests/helpers/boards.ts'
import { collect } from '../../tests/helpers/collect.ts'
import { CANDIDATES } from '../../tests/helpers/configs.ts'
import { fakeSolver, type Thinker } from '../../tests/helpers/fake-solver.ts'

/** Has many solutions, but as many givens as a board with one may have. */
const BOARD = '1234............'
const GIVENS = 4

const countOn = (tokens: Uint8Array) => tokens.reduce((sum, token) => sum + (token === 1 ? 1 : 0), 0)

/** Has no opinion, and so much hope: before any guess, and where a guess stands. Four candidates a cell share it. */
const hopes =
  (before: number, guessed: number): Thinker =>
  ({ tokens, logits }) => {
    const hope = countOn(tokens) > GIVENS ? guessed : before
    logits.fill(-Math.log(4 / hope - 1))
  }

/** The first steps of the search. */
async function searchOf(think: Thinker, steps: number, board = BOARD) {
  const run = await collect(fakeSolver(think).solver.steps(board, { maxSteps: 4 + steps }))
  return run.steps.filter(({ kind }) => kind === 'guess').slice(0, steps)
}

describe('a guess', () => {
  it.each([
    [1, 0.29],
    [2, 0.29],
    [0.4, 0.11],
  ])('that makes hope fall from %d to %d is taken back after that step, and ruled out', async (before, guessed) => {
    const [guess, without] = await searchOf(hopes(before, guessed), 2)
    expect(guess).toMatchObject({ kind: 'guess', attempt: 2, guesses: [expect.anything()] })
    expect(guess.ruledOut).toBeUndefined()
    expect(without).toMatchObject({ kind: 'guess', attempt: 3, ruledOut: guess.guesses![0] })
    expect(without.guesses).toBeUndefined()
  })

  it.each([
    [1, 0.31],
    [2, 0.31],
    [0.4, 0.13],
  ])('stands where hope falls from %d to %d', async (before, guessed) => {
    const steps = await searchOf(hopes(before, guessed), 3)
    expect(steps.map(({ attempt }) => attempt)).toEqual([2, 2, 3])
    expect(steps[2].guesses).toBeDefined()
  })

  it.each([
    [0.49, [1, 3, 7]],
    [0.51, [1, 2, 3]],
  ])('is one of ever more where hope is %d from the start, until a contradiction', async (hope, givens) => {
    const seen: number[] = []
    const think = hopes(hope, hope)
    const steps = await searchOf((thought) => {
      think(thought)
      seen.push(countOn(thought.tokens) - GIVENS)
    }, 6)
    // Two steps a branch here.
    expect(steps.map(({ attempt }) => attempt)).toEqual([2, 2, 3, 3, 4, 4])
    expect(seen.slice(4).filter((_, i) => i % 2 === 0)).toEqual(givens)
  })

  it('comes early, and is one of ever more, where the givens are too few for one solution', async () => {
    const config = { ...CANDIDATES, H_cycles: 4, halt_max_steps: 16 }
    const { solver } = fakeSolver(hopes(1, 1), { config })
    const { steps } = await collect(solver.steps(EMPTY_4X4, { maxSteps: 8 }))
    expect(steps.map(({ kind }) => kind)).toEqual(['plain', 'plain', ...Array(6).fill('guess')])
    expect(steps.slice(2).map(({ guesses }) => guesses?.length)).toEqual([1, 1, 2, 2, 4, 4])
  })

  it('is made where two candidates are left to speak of, rather than where one is likely', async () => {
    const beliefs = new Map([
      [5, [0.49, 0.49, 0.01, 0.01]],
      [10, [0.79, 0.07, 0.07, 0.07]],
    ])
    const [{ guesses }] = await searchOf(
      ({ logits }) => {
        for (const [cell, belief] of beliefs) logits.set(belief.map(Math.log), cell * 4)
      },
      1,
      EMPTY_4X4,
    )
    expect(guesses?.[0].cell).toBe(5)
  })
})
