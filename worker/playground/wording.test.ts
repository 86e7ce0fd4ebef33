import { expect, test } from 'vitest'
import type { SolveResult } from '../../src/solve/types.ts'
import { EMPTY_BOARD } from './cells.ts'
import { clashTexts, solvedText, takenTexts, unsolvedText } from './wording.ts'

const result = (fields: Partial<SolveResult>) => ({ steps: 1, attempts: 1, verified: true, ...fields }) as SolveResult

test('what one step means depends on whether anything was open', () => {
  expect(solvedText(result({}), 12, 50)).toMatch(/^in 1 step and 12 ms\. .* The net saw it at once; /)
  expect(solvedText(result({}), 12, 0)).toMatch(/ was checked\. No cell was open\.$/)
  expect(solvedText(result({ steps: 2 }), 12, 50)).not.toMatch(/at once/)
})

test('a seed is advised only where it would have changed a step', () => {
  expect(unsolvedText(result({ attempts: 1 }), 1)).toMatch(
    / Allow more steps: the first attempt is the same with every seed\.$/,
  )
  expect(unsolvedText(result({ attempts: 8 }), 8)).toMatch(/ the first 8 attempts are the same with every seed\.$/)
  expect(unsolvedText(result({ attempts: 9 }), 8)).toMatch(/ Allow more steps or change the seed\.$/)
})

test('a clash names the cell and those it clashes with', () => {
  const board = `77${EMPTY_BOARD.slice(2)}`
  expect(clashTexts(board, 0)).toEqual(['7 at row 1, column 1 breaks a rule:', 'it also stands at row 1, column 2.'])
  expect(clashTexts(board, 2)).toBeUndefined()
})

test('a board that is taken over is counted, or said to break a rule', () => {
  expect(takenTexts('Board', `78${EMPTY_BOARD.slice(2)}`)).toEqual(['Board taken over:', '2 givens.', 'plain'])
  expect(takenTexts('Board of the link', `77${EMPTY_BOARD.slice(2)}`)).toEqual([
    'Board of the link taken over, but 7 at row 1, column 1 breaks a rule:',
    'it also stands at row 1, column 2.',
    'bad',
  ])
})
