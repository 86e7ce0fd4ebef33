import { describe, expect, it } from 'vitest'
import { EMPTY_4X4, faultOf, PUZZLES_4X4, SHAPES } from '../../tests/helpers/boards.ts'
import { CANDIDATES } from '../../tests/helpers/configs.ts'
import { fakeEngine } from '../../tests/helpers/fake-engine.ts'
import { confidentLiar, fakeSolver, noOpinion, type Thinker } from '../../tests/helpers/fake-solver.ts'
import { tinyModel } from '../../tests/helpers/weights-file.ts'
import { createRandom } from '../numerics/random.ts'
import { createTask } from '../tasks/create-task.ts'
import type { Progress, SolveContext } from './attempt.ts'
import { search } from './search.ts'
import { bindSlot } from './slot.ts'
import { createSlotPool } from './slot-pool.ts'
import type { Guess, SolveStep } from './types.ts'

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

const tokenOf = ({ cell, symbol }: Guess) => cell * 4 + Number(symbol) - 1

const boards = [...PUZZLES_4X4.map(([board]) => board), EMPTY_4X4]

describe('a search', () => {
  it.each(boards)('holds the guesses that stand, and rules out those taken back: %s', async (board) => {
    let takenBack = 0
    for (const seed of [1, 2, 3]) {
      const standing: { token: number; slotStep: number }[] = []
      let attemptBefore = 0
      for (const { kind, attempt, guesses, ruledOut, tokens, slotStep } of await record(board, seed)) {
        if (attempt === attemptBefore) continue
        attemptBefore = attempt
        // A search begins with no guesses.
        if (kind !== 'guess') standing.length = 0
        for (const guess of guesses ?? []) standing.push({ token: tokenOf(guess), slotStep })
        if (ruledOut) {
          const undone = standing.pop()!
          takenBack++
          expect(tokenOf(ruledOut)).toBe(undone.token)
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

/** Has no solution, which takes a guess to know. */
const NO_SOLUTION = '..34.....3.1.4..'

/** One search that believes the rules only, driven to its end, with so many carries kept at most. */
async function searchWith(carries: number, board: string, think: Thinker) {
  const model = tinyModel(CANDIDATES)
  const task = createTask(CANDIDATES)
  const puzzle = task.parse(board)
  const engine = fakeEngine({ model, geometry: task.geometry(puzzle), slots: 1 }, think)
  const carryBytes = 4 * engine.carrySize
  const live = new Set<unknown>()
  let most = 0
  let anew = 0
  const counted: typeof engine = {
    ...engine,
    start(slot, tokens, carry) {
      if (carry) expect(live).toContain(carry)
      else {
        anew++
        // An engine forgets what it saved of a slot that is started afresh.
        expect(live.size).toBe(0)
      }
      engine.start(slot, tokens, carry)
    },
    saveCarry(slot) {
      const carry = engine.saveCarry(slot)
      live.add(carry)
      return carry
    },
    releaseCarry: (carry) => expect(live.delete(carry)).toBe(true),
  }
  const slot = bindSlot(createSlotPool(counted), 0)
  const beliefs = puzzle.cells.length * task.symbols(puzzle)
  const progress: Progress = {
    steps: 0,
    attempts: 1,
    probabilities: new Float32Array(beliefs).fill(1 / task.symbols(puzzle)),
    cells: puzzle.cells,
    hope: 1,
  }
  const ctx: SolveContext = { model, task, puzzle, slot, maxSteps: 5000, seed: 0 }
  engine.start(0, task.encode(puzzle))
  const program = search(ctx, progress, {
    branching: task.branching!,
    random: createRandom(0),
    trust: false,
    branches: Number.POSITIVE_INFINITY,
    carryBytes: carries * carryBytes,
  })
  for (;;) {
    const { done, value: end } = program.next()
    most = Math.max(most, live.size)
    if (done) return { end, most, left: live.size, anew, solution: task.format(puzzle, progress.cells) }
    await engine.step([0])
  }
}

describe('a search that keeps few carries', () => {
  it.each([0, 1, 2, 3])('is complete with %i', async (carries) => {
    let anew = 0
    for (const [board] of PUZZLES_4X4) {
      for (const seed of [1, 2, 3]) {
        const found = await searchWith(carries, board, confidentLiar(seed))
        expect(found).toMatchObject({ end: 'solved', most: carries, left: 0 })
        expect(faultOf(board, found.solution, SHAPES['4x4'])).toBeUndefined()
        anew += found.anew
      }
    }
    expect(anew).toBeGreaterThan(0)
    expect(await searchWith(carries, NO_SOLUTION, noOpinion)).toMatchObject({ end: 'contradiction' })
  })

  it('starts nothing anew while it keeps all', async () => {
    const [[board]] = PUZZLES_4X4
    expect(await searchWith(16, board, confidentLiar(3))).toMatchObject({ end: 'solved', most: 12, anew: 0 })
  })
})
