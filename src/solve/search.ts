import type { Carry } from '../engines/engine.ts'
import type { Random } from '../numerics/random.ts'
import type { Branching, Marks } from '../tasks/task.ts'
import { type Progress, type RunEnd, run, type SolveContext, type Stepping, stepsOf } from './attempt.ts'
import { countConsequences } from './lookahead.ts'
import { confidentSymbols } from './reading.ts'
import type { Slot } from './slot.ts'

/** H cycles a branch gets at most before the search goes one guess deeper. */
export const CYCLES_PER_BRANCH = 8
/**
 * Share of the hope before any guess (1 at most) below which a branch is given up. A share, because a model that was not
 * taught contradictions has a level of its own. Higher is quicker with most boards and loses the way in the hardest:
 * docs/training.md has figures.
 */
const HOPELESS = 0.3
/** Hope below which the search begins as on a board with several solutions: the model of the one believes in none of the many. */
const OPEN = 0.5
/** A candidate believed less than this is drawn only when its cell has no better one left. */
const VIABLE = 0.02

/**
 * Bytes of carries that a search keeps; it drops the oldest. An isolate has 128 MB, and all slots of an engine may search: a
 * carry of the model that ships is 2 MiB on 16x16, where a search can go a hundred guesses deep. Of 9x9 (365 KiB) 11 are
 * kept; with a model of half the width 26 hard boards went up to 39 deep, and with 17 none would have gone another way.
 */
const CARRY_BYTES = 4 * 2 ** 20

export interface SearchOptions {
  branching: Branching
  random: Random
  /**
   * Whether two confident equal symbols in a unit end a branch. Otherwise only tentative givens that break a rule do,
   * which is slow, and complete however wrong the model is.
   */
  trust: boolean
  /** Branches at most, once there was a contradiction. */
  branches: number
  /** Bytes of carries kept at most: a choice taken back without one starts the slot anew from its tokens. */
  carryBytes?: number
}

interface Guess {
  readonly cell: number
  /** 1-based. */
  readonly symbol: number
}

/** A guess that can be taken back, with the marks before it. */
interface Choice extends Guess {
  readonly marks: Marks
}

/** Choices that were put in together, and the state before them, whose carry may have been dropped. */
interface Branch {
  readonly choices: Choice[]
  carry?: Carry
}

/**
 * Depth-first search with the model as propagation and as branching heuristic (docs/search.md): tentative givens are
 * drawn from its beliefs; a contradiction takes the newest guess back and rules it out. Goes on from the slot's carry.
 * @returns `solved`, `spent`, `limit` when the branches are used up, or `contradiction` when all were ruled out
 */
export function* search(ctx: SolveContext, progress: Progress, options: SearchOptions): Stepping<RunEnd> {
  /** Branches that stand, the newest last; each has a choice left. */
  const standing: Branch[] = []
  const end = yield* branchOut(ctx, progress, options, standing)
  for (const branch of standing) dropCarry(ctx.slot, branch)
  return end
}

function* branchOut(
  ctx: SolveContext,
  progress: Progress,
  options: SearchOptions,
  standing: Branch[],
): Stepping<RunEnd> {
  const { model, task, puzzle, slot } = ctx
  const kept = Math.floor((options.carryBytes ?? CARRY_BYTES) / slot.carryBytes)
  let marks: Marks = { given: new Uint8Array(puzzle.cells.length), off: new Uint8Array(progress.probabilities.length) }
  const hopeless = HOPELESS * Math.min(1, progress.hope)
  // Where many boards are right, most guesses are, and one at a time would take a step each: the branches put in 1, 2, 4 ...
  // of them, beginning again at each contradiction.
  const open = options.branching.isOpen(puzzle) || progress.hope < OPEN
  const tell = ({ cell, symbol }: Guess) => ({ cell, symbol: task.format(puzzle, Uint8Array.of(symbol)) })
  let dead = false
  let contradicted = false
  let together = 0
  // Guesses that meet no contradiction are progress, so the limit is not for them.
  for (let branch = 0; branch < options.branches || !contradicted; branch++) {
    const most = open ? Math.max(1, 2 * together) : 1
    const choices: Choice[] = []
    while (choices.length < most && !dead) {
      const guess = chooseGuess(ctx, progress, marks, options)
      if (!guess) break
      choices.push({ marks, ...guess })
      marks = withGiven(marks, guess)
    }
    let ruledOut: Choice | undefined
    if (choices.length > 0) {
      together = choices.length
      standing.push({ choices, carry: slot.saveCarry() })
      dropCarry(slot, standing.at(-1 - kept))
      slot.setTokens(task.encode(puzzle, marks))
    } else {
      contradicted = true
      const newest = standing.at(-1)
      ruledOut = newest?.choices.pop()
      if (!newest || !ruledOut) return 'contradiction'
      marks = withoutGuess(ctx, ruledOut)
      slot.start(task.encode(puzzle, marks), newest.carry)
      if (newest.choices.length === 0) dropCarry(slot, standing.pop())
    }
    progress.attempts++
    const end: RunEnd = yield* run(ctx, progress, {
      kind: 'guess',
      ...(ruledOut ? { ruledOut: tell(ruledOut) } : { guesses: choices.map(tell) }),
      limit: stepsOf(model, CYCLES_PER_BRANCH),
      watch: { branching: options.branching, marks, hopeless },
    })
    if (end === 'solved' || end === 'spent') return end
    if (end === 'contradiction') {
      contradicted = true
      together = 0
    }
    dead = end === 'contradiction' && options.trust
  }
  return 'limit'
}

function dropCarry(slot: Slot, branch: Branch | undefined): void {
  if (branch?.carry) slot.releaseCarry(branch.carry)
  if (branch) branch.carry = undefined
}

function withGiven(marks: Marks, { cell, symbol }: Guess): Marks {
  const given = marks.given.slice()
  given[cell] = symbol
  return { given, off: marks.off }
}

/** The marks before a guess, with its candidate ruled out; a cell's last candidate becomes a tentative given. */
function withoutGuess({ task, puzzle }: SolveContext, { marks, cell, symbol }: Choice): Marks {
  const symbols = task.symbols(puzzle)
  const off = marks.off.slice()
  off[cell * symbols + symbol - 1] = 1
  const left = openSymbols(off, cell, symbols)
  return left.length === 1
    ? withGiven({ given: marks.given, off }, { cell, symbol: left[0] })
    : { given: marks.given, off }
}

function openSymbols(off: Uint8Array, cell: number, symbols: number): number[] {
  const open: number[] = []
  for (let s = 1; s <= symbols; s++) if (!off[cell * symbols + s - 1]) open.push(s)
  return open
}

/**
 * Draws the next tentative given: in the undecided cell whose candidates would decide most further places, a symbol by
 * the model's own probabilities.
 * @returns undefined at a dead end
 */
function chooseGuess(
  { task, puzzle }: SolveContext,
  { probabilities }: Progress,
  marks: Marks,
  { branching, random, trust }: SearchOptions,
): Guess | undefined {
  const symbols = task.symbols(puzzle)
  const confident = trust ? confidentSymbols(probabilities, symbols) : undefined
  // What was given stays given, also to a model that does not take it up: no cell is guessed twice, so every search ends.
  const decided = puzzle.cells.map((s, cell) => s || marks.given[cell] || (confident?.[cell] ?? 0))
  const open = branching.openCandidates(puzzle, decided, marks.off)
  if (!open) return undefined
  const units = branching.unitsByCell(puzzle)
  const belief = (cell: number, s: number) => probabilities[cell * symbols + s - 1]
  let best: { cell: number; viable: number[]; worth: number } | undefined
  for (let cell = 0; cell < decided.length; cell++) {
    if (decided[cell] > 0) continue
    const fits: number[] = []
    for (let s = 1; s <= symbols; s++) if (open[cell * symbols + s - 1]) fits.push(s)
    const likely = fits.filter((s) => belief(cell, s) >= VIABLE)
    const viable = likely.length > 0 ? likely : fits
    const counts = viable.map((s) => countConsequences(probabilities, symbols, decided, units[cell], cell, s))
    const worth = worthOf(counts) + Math.max(...viable.map((s) => belief(cell, s)))
    if (!best || worth > best.worth) best = { cell, viable, worth }
  }
  return best && { cell: best.cell, symbol: draw(best.viable, (s) => belief(best.cell, s), random) }
}

/**
 * What a guess in a cell is worth, from the consequences of each of its candidates. With two candidates both outcomes
 * help, so what counts is that both are rich (their product, as look-ahead SAT solvers have it).
 */
function worthOf(counts: readonly number[]): number {
  if (counts.length === 2) return (1 + counts[0]) * (1 + counts[1])
  return (1 + counts.reduce((sum, c) => sum + c, 0)) / counts.length ** 2
}

function draw(from: readonly number[], belief: (symbol: number) => number, random: Random): number {
  let left = random.next() * from.reduce((sum, s) => sum + belief(s), 0)
  for (const s of from) {
    left -= belief(s)
    if (left < 0) return s
  }
  return from[from.length - 1]
}
