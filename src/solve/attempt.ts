import type { Branching, Marks, Puzzle, Task } from '../tasks/task.ts'
import type { Model } from '../weights/model.ts'
import { bestSymbols, candidatesOf, confidentSymbols, saysHalt } from './reading.ts'
import type { Slot } from './slot.ts'
import type { AttemptKind, Guess, SolveStep } from './types.ts'
import { turnBack, type View } from './view.ts'

/** What one solve works with. */
export interface SolveContext {
  readonly model: Model
  readonly task: Task
  readonly puzzle: Puzzle
  readonly slot: Slot
  readonly maxSteps: number
  readonly seed: number
  /** Called after every step; left out, no step is described. */
  readonly observe?: (step: SolveStep) => void
}

/** Whether what a slot holds solves the board: asked between the H cycles of a step, whose others can then be left out. */
export type IsSolved = () => boolean

/** A coroutine that asks its driver for one ACT step of the slot at every `yield`. */
export type Stepping<T> = Generator<IsSolved | undefined, T, void>

export type RunEnd = 'solved' | 'spent' | 'contradiction' | 'settled' | 'limit'

/** The counters of a solve, and the newest reading of the board. */
export interface Progress {
  steps: number
  attempts: number
  /** `[cells][symbols]`. */
  probabilities: Float32Array
  cells: Uint8Array
  /** `Branching.hope` of the newest reading, 1 where nothing branches. */
  hope: number
}

/** When a branch of a search is over. */
export interface Watch {
  readonly branching: Branching
  /** What the branch was told: tentative givens, and candidates ruled out before. */
  readonly marks: Marks
  /** Hope below this is a contradiction. */
  readonly hopeless: number
}

export interface RunOptions {
  kind: AttemptKind
  /** Described in each step. */
  guesses?: Guess[]
  ruledOut?: Guess
  /** Steps at most. */
  limit: number
  /** What the slot was started with, where that is not the board as it is. */
  view?: View
  /** End early at a contradiction, or when no further cell became confident. */
  watch?: Watch
}

/**
 * ACT steps, at least one, in which a model thinks for about so many H cycles. How long an ACT step thinks is up to the
 * model; the carry does not notice where one ends.
 */
export function stepsOf(model: Model, cycles: number): number {
  return Math.max(1, Math.round(cycles / model.config.H_cycles))
}

/**
 * Runs ACT steps on what the slot holds. Ends as soon as the board of an H cycle passes the verifier (or, without rules, the
 * halting head says stop after a step).
 */
export function* run(ctx: SolveContext, progress: Progress, options: RunOptions): Stepping<RunEnd> {
  const { task, puzzle, slot } = ctx
  const symbols = task.symbols(puzzle)
  const logitsNow = () => turnBack(slot.logits(), options.view)
  const isSolved = task.hasRules
    ? () => findSolution(ctx, bestSymbols(task.read(puzzle, logitsNow()), symbols), options) !== undefined
    : undefined
  let decidedBefore = 0
  for (let i = 0; i < options.limit; i++) {
    yield isSolved
    progress.steps++
    const cellsBefore = progress.cells
    const logits = logitsNow()
    progress.probabilities = task.read(puzzle, logits)
    const cells = bestSymbols(progress.probabilities, symbols)
    const solution = task.hasRules ? findSolution(ctx, cells, options) : undefined
    progress.cells = solution ?? cells
    progress.hope = task.branching?.hope(puzzle, logits) ?? 1
    const done = task.hasRules ? solution !== undefined : saysHalt(slot.q())
    ctx.observe?.(describe(ctx, progress, options, cellsBefore, done))
    if (done) return 'solved'
    if (progress.steps >= ctx.maxSteps) return 'spent'
    if (!options.watch) continue
    const confident = confidentSymbols(progress.probabilities, symbols)
    const { branching, marks, hopeless } = options.watch
    if (progress.hope < hopeless) return 'contradiction'
    if (!branching.openCandidates(puzzle, confident, marks.off)) return 'contradiction'
    const decided = confident.reduce((sum, s) => sum + (s > 0 ? 1 : 0), 0)
    if (i > 0 && decided <= decidedBefore) return 'settled'
    decidedBefore = decided
  }
  return 'limit'
}

/** The model's board if it passes, or would if the model took up what it was told: its givens, and the tentative ones. */
function findSolution(
  { task, puzzle }: SolveContext,
  cells: Uint8Array,
  { watch }: RunOptions,
): Uint8Array | undefined {
  if (task.isSolution(puzzle, cells)) return cells
  const told = cells.map((s, cell) => puzzle.cells[cell] || watch?.marks.given[cell] || s)
  return task.isSolution(puzzle, told) ? told : undefined
}

function describe(
  { task, puzzle, slot }: SolveContext,
  { steps, attempts, probabilities, cells }: Progress,
  { kind, guesses, ruledOut }: RunOptions,
  before: Uint8Array,
  done: boolean,
): SolveStep {
  const symbols = task.symbols(puzzle)
  return {
    step: steps,
    attempt: attempts,
    kind,
    ...(guesses && { guesses }),
    ...(ruledOut && { ruledOut }),
    board: task.format(puzzle, cells),
    confidence: Array.from(cells, (s, cell) => probabilities[cell * symbols + s - 1]),
    candidates: candidatesOf(probabilities, symbols, (s) => task.format(puzzle, Uint8Array.of(s))),
    qHalt: slot.q()[0],
    changed: Array.from(cells.keys()).filter((cell) => cells[cell] !== before[cell]),
    done,
  }
}
