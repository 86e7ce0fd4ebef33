import { createRandom } from '../numerics/random.ts'
import { type Progress, type RunEnd, run, type SolveContext, stepsOf } from './attempt.ts'
import { noisedCarry } from './noise.ts'
import { search } from './search.ts'
import type { SolveResult } from './types.ts'

/** Branches of the first search. Other draws often do better than going on, so the first ones are short ... */
const FIRST_SEARCH_BRANCHES = 12
/** ... and every later one may take this much longer, so that none is cut short for ever. */
const SEARCH_GROWTH = 1.3
/** H cycles from a noised start before the search that follows it. */
const NOISED_CYCLES = 12

/**
 * One solve as a coroutine: every `yield` asks the driver for one ACT step of the slot. First the model alone, then,
 * where it takes a search's marks, searches from its own and from noised starts; otherwise noised starts only.
 */
export function* solveProgram(ctx: SolveContext): Generator<void, SolveResult, void> {
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
  const limit = model.config.halt_max_steps
  slot.start(tokens)
  let end: RunEnd = yield* run(ctx, progress, { kind: 'plain', limit })
  let trust = true
  for (let branches = FIRST_SEARCH_BRANCHES; end !== 'solved' && end !== 'spent'; branches *= SEARCH_GROWTH) {
    if (task.takesMarks) {
      end = yield* search(ctx, progress, { random, trust, branches })
      if (end === 'solved' || end === 'spent') break
      // A search that ruled everything out was misled by the model: the next one only believes the rules.
      trust = end !== 'contradiction'
    }
    progress.attempts++
    slot.start(tokens, noisedCarry(model, tokens.length, random))
    end = yield* run(ctx, progress, { kind: 'noise', limit: task.takesMarks ? stepsOf(model, NOISED_CYCLES) : limit })
  }
  const solved = end === 'solved'
  return {
    task: task.name,
    status: solved ? 'solved' : 'unsolved',
    solution: solved ? task.format(puzzle, progress.cells) : null,
    steps: progress.steps,
    attempts: progress.attempts,
    verified: solved && task.hasRules,
    model: model.card.name,
  }
}
