import type { SolveStep } from '../../src/solve/types.ts'
import type { CellState } from './board-view.ts'
import { conflictsOf } from './cells.ts'

/** The cells that a puzzle leaves to the model. */
export function openCells(givens: string): number[] {
  return [...givens].map((_, index) => index).filter((index) => givens[index] === '.')
}

/** What every cell shows: the puzzle, or the board as the model read it after a step. */
export function cellStates(givens: string, step: SolveStep | undefined, blamed: ReadonlySet<number>): CellState[] {
  const board = step?.board ?? givens
  const conflicts = conflictsOf(board)
  return Array.from(board, (symbol, index): CellState => {
    const conflict = conflicts.has(index) || blamed.has(index)
    if (givens[index] !== '.') return { digit: givens[index], kind: 'given', conflict }
    if (step === undefined) return { digit: '', kind: 'empty', conflict }
    return {
      digit: symbol,
      kind: 'model',
      confidence: step.confidence[index],
      // At the first step every cell is new, which says nothing.
      changed: step.step > 1 && step.changed.includes(index),
      guess: step.guess?.cell === index,
      conflict,
    }
  })
}
