import type { Geometry } from '../engines/engine.ts'
import type { TaskConfig } from '../weights/config.ts'
import type { BoardShape } from './lists.ts'

/** A board that was read and found to break no rule. */
export interface Puzzle {
  readonly shape: BoardShape
  /** Symbol of every cell, 1-based; 0 is blank. */
  readonly cells: Uint8Array
}

/** What a search has added to a puzzle's own givens. */
export interface Marks {
  /** Tentative symbol of every cell, 1-based; 0 is none. */
  readonly given: Uint8Array
  /** `[cells][symbols]`, 1 where a candidate was ruled out. */
  readonly off: Uint8Array
}

/** What a search asks of a puzzle (docs/search.md). */
export interface Branching {
  /**
   * How far the model believes that the board has a solution at all, about 0..1: the beliefs in a cell's candidates,
   * each taken by itself, summed and averaged over the cells. 1 where the model has no such beliefs.
   */
  hope(puzzle: Puzzle, logits: Float32Array): number
  /** Whether the givens are too few for there to be one solution only. */
  isOpen(puzzle: Puzzle): boolean
  /**
   * What the rules leave open once the cells that are not 0 are taken as decided and `off` as ruled out.
   * @param off `[cells][symbols]`, 1 = ruled out
   * @returns `[cells][symbols]`, 1 = open; undefined at a dead end: a symbol twice in a unit, or a cell or a unit that
   *   nothing fits any more
   */
  openCandidates(puzzle: Puzzle, cells: Uint8Array, off: Uint8Array): Uint8Array | undefined
  /** `[cells]`, the units (groups of cells that hold a symbol once) each cell belongs to. */
  unitsByCell(puzzle: Puzzle): readonly (readonly (readonly number[])[])[]
}

/** One kind of puzzle, as data and a few pure functions; engines know nothing of it. */
export interface Task {
  readonly name: string
  readonly kind: TaskConfig['kind']
  /** Whether `isSolution` knows the rules. Without rules the halting head decides. */
  readonly hasRules: boolean
  /** For a model that reads a search's marks. Without, it goes on from other starts when it is stuck. */
  readonly branching?: Branching
  /** @throws HrmError `board_*` saying what and where */
  parse(board: string): Puzzle
  /**
   * Symbols, 1-based, of a full board that a data set has as the answer. @throws HrmError `board_*` as `parse` does
   */
  parseAnswer(board: string, puzzle: Puzzle): Uint8Array
  /** Symbols a cell can take. */
  symbols(puzzle: Puzzle): number
  /** Of a board of this shape, whatever stands in it. */
  geometry(board: Pick<Puzzle, 'shape'>): Geometry
  /** Input tokens of the puzzle with a search's marks. */
  encode(puzzle: Puzzle, marks?: Marks): Uint8Array
  /** `[cells][symbols]` probabilities from an engine's logits; a given has probability 1. */
  read(puzzle: Puzzle, logits: Float32Array): Float32Array
  /** Every rule holds and every given is kept. Only the puzzle's own givens count. */
  isSolution(puzzle: Puzzle, cells: Uint8Array): boolean
  /**
   * Other orders of a board's tokens that a stuck model may see it in; none where it would see the same. Each is the token
   * that stands at every place.
   */
  views(puzzle: Puzzle): readonly Int32Array[]
  format(puzzle: Puzzle, cells: Uint8Array): string
}
