import { expect, test } from 'vitest'
import { EXAMPLE_MAZE } from '../examples.ts'
import { SAMPLE_SETS } from './samples.ts'
import { kindOf } from './text-kind.ts'

const SUDOKU = SAMPLE_SETS[0].boards[0]

test.each([
  ['a maze', EXAMPLE_MAZE, 'maze'],
  ['a maze with dots, as Windows writes it', EXAMPLE_MAZE.replaceAll(' ', '.').replaceAll('\n', '\r\n'), 'maze'],
  ['a maze without a wall', 'G  \n   \n  S', 'maze'],
  ['a Sudoku', SUDOKU, 'sudoku'],
  ['a Sudoku of nine lines', SUDOKU.replace(/.{9}/g, '$&\n'), 'sudoku'],
  ['an empty board', '.'.repeat(81), undefined],
  ['two mazes', `${EXAMPLE_MAZE}\n\n${EXAMPLE_MAZE}`, undefined],
  ['a Sudoku that lacks a cell', SUDOKU.slice(1), undefined],
  ['words', 'Some Good words', undefined],
  ['a book', `S${' '.repeat(200_000)}G`, undefined],
] as const)('%s', (_, text, kind) => {
  expect(kindOf(text)).toBe(kind)
})
