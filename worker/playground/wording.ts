import type { SolveResult } from '../../src/solve/types.ts'
import { cellName, clashesOf, conflictsOf, countFilled } from './cells.ts'
import type { Where } from './solve-stream.ts'
import type { Tone } from './status-view.ts'

export const PLACES: Record<Where, string> = { page: 'here', edge: 'at the edge', gpu: 'on the GPU here' }

export const stepsText = (n: number) => (n === 1 ? '1 step' : `${n} steps`)

export const durationText = (milliseconds: number) =>
  milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`

/** @param open cells that the puzzle left to the model */
export function solvedText(
  { steps: spent, attempts, verified }: SolveResult,
  milliseconds: number,
  open: number,
): string {
  const tries = attempts === 1 ? '' : `, at attempt ${attempts}`
  const checked = verified ? ' Every row, column and box was checked.' : ''
  const atOnce = open === 0 ? ' No cell was open.' : ' The net saw it at once; an Extreme puzzle takes it longer.'
  const hint = spent === 1 ? atOnce : ''
  return `in ${stepsText(spent)} and ${durationText(milliseconds)}${tries}.${checked}${hint}`
}

/** @param same attempts that are the same whatever the seed */
export function unsolvedText({ steps: spent, attempts }: SolveResult, same: number): string {
  const first = same === 1 ? 'first attempt is' : `first ${same} attempts are`
  const advice =
    attempts > same
      ? 'Allow more steps or change the seed.'
      : `Allow more steps: the ${first} the same with every seed.`
  return `within ${stepsText(spent)}. No board that the model reached keeps every rule, so none is given as the answer. ${advice}`
}

/** That the service takes fewer steps than were asked for. */
export const cutText = (most: number) => `It takes ${stepsText(most)} at most for a board of this size.`

export const stoppedText = (spent: number) => (spent === 0 ? 'before the first step.' : `after ${stepsText(spent)}.`)

/** What rule a cell's digit breaks: the words that matter most, and the rest. Undefined where it breaks none. */
export function clashTexts(board: string, index: number): [string, string] | undefined {
  const clashes = clashesOf(board, index)
  if (clashes.length === 0) return undefined
  return [`${board[index]} at ${cellName(index)} breaks a rule:`, `it also stands at ${failedCells(clashes)}.`]
}

/** That a board was taken over, and how many givens it has or what rule they break. @param what `Board`, say */
export function takenTexts(what: string, board: string): [string, string, Tone] {
  const [conflict] = conflictsOf(board)
  const clash = conflict === undefined ? undefined : clashTexts(board, conflict)
  if (clash) return [`${what} taken over, but ${clash[0]}`, clash[1], 'bad']
  return [`${what} taken over:`, `${countFilled(board)} givens.`, 'plain']
}

/** Cells in a sentence: `row 1, column 2 and row 1, column 9`. */
export const failedCells = (indices: readonly number[]) => indices.map(cellName).join(' and ')
