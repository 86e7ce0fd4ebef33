import { expect, it } from 'vitest'
import { SHAPES } from '../../tests/helpers/boards.ts'
import { cellAt, nameCell } from './cells.ts'

it('cells are numbered from 0 in data and from 1 for people', () => {
  const cell = cellAt(13, SHAPES['9x9'])
  expect(cell).toEqual({ index: 13, row: 1, column: 4 })
  expect(nameCell(cell)).toBe('row 2, column 5')
})
