import { describe, expect, it } from 'vitest'
import { EMPTY_4X4, PUZZLES_4X4 } from '../../tests/helpers/boards.ts'
import { confidentLiar, fakeSolver, type Thinker } from '../../tests/helpers/fake-solver.ts'
import type { SolveStep } from './types.ts'

const ON = 1
const OFF = 2

/** A solve by a model that makes things up, with what the engine held at every step. */
async function record(board: string, seed: number) {
  const held: { tokens: Uint8Array; slotStep: number }[] = []
  const liar = confidentLiar(seed)
  const think: Thinker = (thought) => {
    held.push({ tokens: thought.tokens.slice(), slotStep: thought.step })
    liar(thought)
  }
  const steps: SolveStep[] = []
  for await (const step of fakeSolver(think).solver.steps(board, { maxSteps: 300, seed })) steps.push(step)
  return steps.map((step, i) => ({ ...step, ...held[i] }))
}

const boards = [...PUZZLES_4X4.map(([board]) => board), EMPTY_4X4]

describe('a search', () => {
  it.each(boards)('holds the guesses that stand, and rules out those taken back: %s', async (board) => {
    let takenBack = 0
    for (const seed of [1, 2, 3]) {
      const standing: { token: number; slotStep: number }[] = []
      let attemptBefore = 0
      for (const { kind, attempt, guess, tokens, slotStep } of await record(board, seed)) {
        if (attempt === attemptBefore) continue
        attemptBefore = attempt
        // A search begins with no guesses.
        if (kind !== 'guess') standing.length = 0
        else if (guess) standing.push({ token: guess.cell * 4 + Number(guess.symbol) - 1, slotStep })
        else {
          const undone = standing.pop()!
          takenBack++
          expect(tokens[undone.token]).toBe(OFF)
          // It goes on from the carry before the guess, not from where the guess led.
          expect(slotStep).toBe(undone.slotStep)
        }
        for (const { token } of standing) expect(tokens[token]).toBe(ON)
      }
    }
    expect(takenBack).toBeGreaterThan(0)
  })

  it('never touches a given', async () => {
    const [board] = PUZZLES_4X4[0]
    for (const { tokens } of await record(board, 4)) {
      for (const [cell, symbol] of [...board].entries()) {
        if (symbol === '.') continue
        const want = [1, 2, 3, 4].map((s) => (s === Number(symbol) ? ON : OFF))
        expect([...tokens.slice(cell * 4, cell * 4 + 4)]).toEqual(want)
      }
    }
  })
})
