import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SHAPES, textOf } from '../../../tests/helpers/boards.ts'
import { expectHrmError } from '../../../tests/helpers/errors.ts'
import { lengthsOf, readSymbols, shapeOf, writeSymbols } from './parse.ts'

const nine = SHAPES['9x9']

describe('shapeOf', () => {
  it.each(Object.values(SHAPES))('knows $rows x $cols', (shape) => {
    expect(shapeOf(shape.rows * shape.cols, nine)).toEqual(shape)
  })

  it("prefers the model's own shape where lengths agree", () => {
    const tall = { rows: 6, cols: 6, boxRows: 3, boxCols: 2 }
    expect(shapeOf(36, tall)).toBe(tall)
    expect(shapeOf(81, tall)).toEqual(nine)
  })

  it.each([0, 1, 15, 17, 25, 49, 80, 82, 121, 255, 400])('knows no board of %i cells', (n) => {
    expect(shapeOf(n, nine)).toBeUndefined()
  })

  it('lists every length once, in order', () => {
    expect(lengthsOf(nine)).toEqual([16, 36, 64, 81, 100, 144, 256])
    expect(lengthsOf({ rows: 25, cols: 25, boxRows: 5, boxCols: 5 })).toEqual([16, 36, 64, 81, 100, 144, 256, 625])
  })
})

describe('readSymbols', () => {
  it('reads digits, letters in both cases, and both blanks', () => {
    const shape = SHAPES['16x16']
    const text = `123456789ABCDEFG.0${'abcdefg'}`.padEnd(256, '.')
    expect([...readSymbols(text, shape).slice(0, 25)]).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0, 0, 10, 11, 12, 13, 14, 15, 16,
    ])
  })

  it('takes no letter for another one that only has the same capital', () => {
    const shape = { rows: 25, cols: 25, boxRows: 5, boxCols: 5 }
    expect([...readSymbols('Ii', shape)]).toEqual([18, 18])
    expectHrmError(() => readSymbols('\u0131', shape), 'board_symbol', '"\u0131" at row 1, column 1 is not 1..P')
  })

  it('names every bad cell', () => {
    const text = '5'.padEnd(16, '.').replace(/.$/, 'x')
    const error = expectHrmError(() => readSymbols(text, SHAPES['4x4']), 'board_symbol')
    expect(error.message).toBe('"5" at row 1, column 1 is not 1..4, "." or "0" (and 1 more)')
    expect(error.cells).toEqual([
      { index: 0, row: 0, column: 0 },
      { index: 15, row: 3, column: 3 },
    ])
  })

  it.each(['-', '*', '_', ',', '/', '²', '１', '٣', 'ß', '\u0000', 'a'])('refuses %j in a 9x9 board', (symbol) => {
    const error = expectHrmError(
      () => readSymbols(`.${symbol}`.padEnd(81, '.'), nine),
      'board_symbol',
      'row 1, column 2',
    )
    expect(error.message).toContain(JSON.stringify(symbol))
  })

  it('knows the last symbol of each size, and not the next', () => {
    for (const shape of Object.values(SHAPES)) {
      const n = shape.rows
      expect(readSymbols(textOf([n]).padEnd(n * n, '.'), shape)[0]).toBe(n)
      expectHrmError(() => readSymbols(textOf([n + 1]).padEnd(n * n, '.'), shape), 'board_symbol')
    }
  })

  it('is undone by writeSymbols', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(SHAPES)), fc.infiniteStream(fc.nat()), (shape, numbers) => {
        const cells = Uint8Array.from({ length: shape.rows ** 2 }, () => numbers.next().value! % (shape.rows + 1))
        expect(readSymbols(writeSymbols(cells), shape)).toEqual(cells)
        expect(writeSymbols(cells)).toBe(textOf(cells))
      }),
    )
  })
})
