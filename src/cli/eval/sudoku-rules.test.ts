import fc from 'fast-check'
import { expect, test } from 'vitest'
import { solvedBoard, textOf } from '../../../tests/helpers/boards.ts'
import { obeysSudokuRules } from './sudoku-rules.ts'

const SHAPE = { rows: 9, cols: 9, boxRows: 3, boxCols: 3 }
const QUESTION = '..3.2.6..9..3.5..1..18.64....81.29..7.......8..67.82....26.95..8..2.3..9..5.1.3..'
const ANSWER = '483921657967345821251876493548132976729564138136798245372689514814253769695417382'

test('takes the answer', () => {
  expect(obeysSudokuRules(QUESTION, ANSWER, SHAPE)).toBe(true)
  expect(obeysSudokuRules('.'.repeat(81), ANSWER, SHAPE)).toBe(true)
})

test('refuses any one changed cell, any two swapped unlike cells, and a wrong length', () => {
  const cell = fc.integer({ min: 0, max: 80 })
  fc.assert(
    fc.property(cell, cell, fc.constantFrom(...'123456789.0A'), (i, j, symbol) => {
      const changed = ANSWER.slice(0, i) + symbol + ANSWER.slice(i + 1)
      const cells = [...ANSWER]
      ;[cells[i], cells[j]] = [cells[j], cells[i]]
      const swapped = cells.join('')
      return (
        obeysSudokuRules('.'.repeat(81), changed, SHAPE) === (changed === ANSWER) &&
        obeysSudokuRules('.'.repeat(81), swapped, SHAPE) === (swapped === ANSWER)
      )
    }),
  )
  expect(obeysSudokuRules(QUESTION, ANSWER.slice(1), SHAPE)).toBe(false)
})

test('reads givens in lower case, and no other letter with the same capital', () => {
  const shape = { rows: 25, cols: 25, boxRows: 5, boxCols: 5 }
  const answer = textOf(solvedBoard(shape, 1))
  expect(obeysSudokuRules(answer.toLowerCase(), answer, shape)).toBe(true)
  expect(obeysSudokuRules(answer.replace('I', '\u0131'), answer, shape)).toBe(false)
})

test('refuses a board that obeys the rules but not the givens', () => {
  const relabelled = [...ANSWER].map((d) => String((Number(d) % 9) + 1)).join('')
  expect(obeysSudokuRules('.'.repeat(81), relabelled, SHAPE)).toBe(true)
  expect(obeysSudokuRules(QUESTION, relabelled, SHAPE)).toBe(false)
})
