import type { SolveStep } from '../../src/solve/types.ts'
import type { CellState } from './board-view.ts'
import { conflictsOf } from './cells.ts'

/** The cells that a puzzle leaves to the model. */
export function openCells(givens: string): number[] {
  return [...givens].map((_, index) => index).filter((index) => givens[index] === '.')
}

/**
 * What every cell shows: the puzzle, or the board as the model read it after a step.
 * @param pencil show the candidates of cells that have several
 */
export function cellStates(
  givens: string,
  step: SolveStep | undefined,
  blamed: ReadonlySet<number>,
  pencil = false,
): CellState[] {
  const board = step?.board ?? givens
  const conflicts = conflictsOf(board)
  return Array.from(board, (symbol, index): CellState => {
    const conflict = conflicts.has(index) || blamed.has(index)
    if (givens[index] !== '.') return { digit: givens[index], kind: 'given', conflict }
    if (step === undefined) return { digit: '', kind: 'empty', conflict }
    const candidates = pencil && step.candidates[index].length > 1 ? step.candidates[index] : undefined
    return {
      digit: symbol,
      kind: 'model',
      confidence: step.confidence[index],
      candidates,
      // At the first step every cell is new, which says nothing.
      changed: step.step > 1 && step.changed.includes(index),
      guess: step.guesses?.some(({ cell }) => cell === index) ?? false,
      // A cell that is still open has put no digit there that could clash.
      conflict: conflict && candidates === undefined,
    }
  })
}
