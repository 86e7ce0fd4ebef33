import { createRandom } from '../numerics/random.ts'
import { type Progress, type RunEnd, run, type SolveContext, type Stepping, stepsOf } from './attempt.ts'
import { noisedCarry } from './noise.ts'
import { CYCLES_PER_BRANCH, search } from './search.ts'
import type { SolveResult } from './types.ts'
import { turn } from './view.ts'

/** Branches of the first search. Other draws often do better than going on, so the first ones are short ... */
const FIRST_SEARCH_BRANCHES = 12
/** ... and every later one may take this much longer, so that none is cut short for ever. */
const SEARCH_GROWTH = 1.3
/**
 * A search that ruled everything out was misled by the model. Another start mostly is not, so only every so many of them are
 * followed by a search that believes nothing but the rules: slow, and complete however wrong the model is.
 */
const MISLED_BEFORE_DISTRUST = 8
/** H cycles from a noised start before the search that follows it. */
const NOISED_CYCLES = 12

/**
 * One solve as a coroutine. First the model alone, then, where it takes a search's marks, searches from its own and from
 * noised starts; otherwise the board in other views, then noised starts.
 */
export function* solveProgram(ctx: SolveContext): Stepping<SolveResult> {
  const { model, task, puzzle, slot } = ctx
  const random = createRandom(ctx.seed)
  const tokens = task.encode(puzzle)
  const beliefs = puzzle.cells.length * task.symbols(puzzle)
  const progress: Progress = {
    steps: 0,
    attempts: 1,
    probabilities: new Float32Array(beliefs),
    cells: puzzle.cells,
    hope: 1,
  }
  const { halt_max_steps: most } = model.config
  // A model of boards with one solution gets nowhere on others without guesses.
  const limit = task.branching?.isOpen(puzzle) ? Math.min(most, stepsOf(model, CYCLES_PER_BRANCH)) : most
  const views = [undefined, ...task.views(puzzle)]
  let end: RunEnd = 'limit'
  for (const [i, view] of views.entries()) {
    progress.attempts = i + 1
    slot.start(turn(tokens, view))
    end = yield* run(ctx, progress, { kind: 'plain', limit, view })
    if (end === 'solved' || end === 'spent') break
  }
  let trust = true
  let misled = 0
  for (let branches = FIRST_SEARCH_BRANCHES; end !== 'solved' && end !== 'spent'; branches *= SEARCH_GROWTH) {
    if (task.branching) {
      end = yield* search(ctx, progress, { branching: task.branching, random, trust, branches })
      if (end === 'solved' || end === 'spent') break
      if (end === 'contradiction') misled++
      trust = end !== 'contradiction' || misled % MISLED_BEFORE_DISTRUST !== 0
    }
    progress.attempts++
    const view = views[(progress.attempts - 1) % views.length]
    slot.start(turn(tokens, view), noisedCarry(model, tokens.length, random))
    const noised = task.branching ? stepsOf(model, NOISED_CYCLES) : limit
    end = yield* run(ctx, progress, { kind: 'noise', limit: noised, view })
  }
  const solved = end === 'solved'
  const outcome = solved
    ? { status: 'solved' as const, solution: task.format(puzzle, progress.cells) }
    : { status: 'unsolved' as const, solution: null }
  return {
    task: task.name,
    ...outcome,
    steps: progress.steps,
    attempts: progress.attempts,
    verified: solved && task.hasRules,
    model: model.card.name,
  }
}
