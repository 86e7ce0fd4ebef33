import { expect, test } from 'vitest'
import { beside, drawGrid } from './grid.ts'

test('rules off the boxes of a 4x4 and of a 6x6 Sudoku', () => {
  expect(drawGrid('12..34..21..43..', { rows: 4, cols: 4, boxRows: 2, boxCols: 2 })).toBe(
    ['  1 2 | . .', '  3 4 | . .', '  ----+----', '  2 1 | . .', '  4 3 | . .'].join('\n'),
  )
  const six = drawGrid('123456'.repeat(6), { rows: 6, cols: 6, boxRows: 2, boxCols: 3 }).split('\n')
  expect(six).toHaveLength(8)
  expect(six[0]).toBe('  1 2 3 | 4 5 6')
  expect(six[2]).toBe('  ------+------')
})

test('every rule is as wide as a row, middle boxes too', () => {
  const lines = drawGrid('.'.repeat(81), { rows: 9, cols: 9, boxRows: 3, boxCols: 3 }).split('\n')
  expect(lines).toHaveLength(11)
  expect(new Set(lines.map((l) => l.length)).size).toBe(1)
  expect(lines[3].indexOf('+')).toBe(lines[0].indexOf('|'))
})

test('draws a board without boxes as it is', () => {
  expect(drawGrid('# SG##', { rows: 2, cols: 3, boxRows: 1, boxCols: 1 })).toBe('  # S\n  G##')
})

test('shows a symbol that a terminal would obey, and does not send it', () => {
  expect(drawGrid('a\u001b\u009b', { rows: 1, cols: 3, boxRows: 1, boxCols: 1 })).toBe('  a\\u001b\\x9b')
})

test('marks only the cells that were blank and are filled now', () => {
  const shape = { rows: 1, cols: 3, boxRows: 1, boxCols: 1 }
  expect(drawGrid('12.', shape, '1..', true)).toBe('  1\x1b[1m2\x1b[0m.')
})

test('marks the way through a maze, and no given that was written small', () => {
  const shape = { rows: 1, cols: 3, boxRows: 1, boxCols: 1 }
  expect(drawGrid('SoG', shape, 'S G', true)).toBe('  S\x1b[1mo\x1b[0mG')
  expect(drawGrid('A12', shape, 'a12', true)).toBe('  A12')
})

test('puts two drawings side by side where there is room', () => {
  expect(beside('  ab\n  c', '  de\n  f')).toBe('  ab     de\n  c      f')
  const [fits, wide] = [38, 39].map((width) => beside('x'.repeat(width), 'y'.repeat(width)))
  expect([fits.length, wide]).toEqual([79, 'y'.repeat(39)])
})
