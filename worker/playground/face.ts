import type { SolveResult, SolveStep } from '../../src/solve/types.ts'
import type { BoardShape } from '../../src/tasks/lists.ts'
import type { Failure } from './failure.ts'

export type PageTask = 'sudoku' | 'maze'

/** One kind of puzzle on the page: which is there now, how it looks at every step, how it is brought and named. */
export interface Face {
  readonly task: PageTask
  /** As the solver reads it. */
  readonly puzzle: string
  readonly shape: BoardShape
  /** As a link carries it: a name and a value. */
  readonly link: readonly ['board' | 'maze', string]
  /** As text for people. */
  readonly text: string
  /** Cells that the puzzle leaves to the model. */
  readonly open: readonly number[]
  /** Whether the model's halting head has learnt to tell a board that is right. */
  readonly haltTells: boolean
  /** Draws the puzzle, or the board as the model read it after a step. @param running the puzzle cannot be changed now */
  show(step: SolveStep | undefined, running: boolean): void
  /** A new solve begins. */
  begin(): void
  /** Marks the cells that are to blame. */
  blame(failure: Failure): void
  focus(): void
  clear(): void
  /** Takes the last change of the puzzle back. @returns what it was, for people; undefined where there is none */
  undo(): string | undefined
  /** Makes the change again that was taken back last. @returns what it is; undefined where there is none, or another came after */
  redo(): string | undefined
  /** Takes a puzzle from text. @returns why not, where it cannot */
  loadText(text: string): string | undefined
  solvedText(result: SolveResult, milliseconds: number): string
  unsolvedText(result: SolveResult): string
  /** The board as it is shown at a step, drawn with the page's colours. */
  toPng(step: SolveStep | undefined, style: CSSStyleDeclaration): Promise<Blob>
}
