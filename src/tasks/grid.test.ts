import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LEARNED } from '../../tests/helpers/configs.ts'
import { expectHrmError } from '../../tests/helpers/errors.ts'
import { createTask } from './create-task.ts'
import { createGridTask } from './grid.ts'

// 2 x 5 cells; vocabulary: padding, then `.`, `#`, `a`, `b`.
const task = createGridTask(LEARNED)
const BOARD = '#a.b..a#b.'

describe('createGridTask', () => {
  it('is what createTask makes of a grid', () => {
    expect(createTask(LEARNED).hasRules).toBe(false)
    expect(task.name).toBe('paths')
  })

  it('reads symbols from 1, in vocabulary order, padding left out', () => {
    const { shape, cells } = task.parse(BOARD)
    expect(shape).toEqual({ rows: 2, cols: 5, boxRows: 1, boxCols: 1 })
    expect([...cells]).toEqual([2, 3, 1, 4, 1, 1, 3, 2, 4, 1])
    expect(task.symbols({ shape, cells })).toBe(4)
    expect([...task.encode({ shape, cells })]).toEqual([2, 3, 1, 4, 1, 1, 3, 2, 4, 1])
  })

  it('takes rows on lines of their own, and white space as the symbols have it', () => {
    for (const end of ['\n', '\r\n', '\r']) expect(task.parse(`#a.b.${end}.a#b.${end}`)).toEqual(task.parse(BOARD))
    const spaced = createGridTask({ ...LEARNED, task: { ...LEARNED.task, symbols: ['', '.', ' ', 'a', 'b'] } })
    expect([...spaced.parse('.  ab.....').cells]).toEqual([1, 2, 2, 3, 4, 1, 1, 1, 1, 1])
  })

  it('writes what it reads', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('.', '#', 'a', 'b'), { minLength: 10, maxLength: 10 }), (symbols) => {
        const puzzle = task.parse(symbols.join(''))
        expect(task.format(puzzle, puzzle.cells)).toBe(symbols.join(''))
      }),
    )
  })

  it('refuses what is not a string, has another length, or other symbols', () => {
    expectHrmError(() => task.parse(5 as never), 'board_type', 'a board is a string, not number')
    expectHrmError(() => task.parse('#a'), 'board_length', 'a paths board has 10 cells, this one 2')
    expectHrmError(() => task.parse('#a\n.b\n..\na#\nb.'), 'board_length', 'a paths board has 2 rows, this one 5')
    expectHrmError(() => task.parse('#a.b\n..a#b.'), 'board_length', 'row 1 of a paths board has 5 cells, this one 4')
    const error = expectHrmError(
      () => task.parse('#a.b..a?b!'),
      'board_symbol',
      '"?" at row 2, column 3 is no symbol of paths',
    )
    expect(error.cells).toEqual([
      { index: 7, row: 1, column: 2 },
      { index: 9, row: 1, column: 4 },
    ])
  })

  it('names the right cells behind a character of two code units', () => {
    const error = expectHrmError(() => task.parse('#😀b..a#b?'), 'board_symbol')
    expect(error.cells.map(({ index }) => index)).toEqual([1, 2, 9])
  })

  it('reads probabilities of the symbols alone, whatever padding says', () => {
    const logits = new Float32Array(50)
    for (let cell = 0; cell < 10; cell++) logits.set([99, 0, 0, 3, 0], cell * 5)
    const probabilities = task.read(task.parse(BOARD), logits)
    expect(probabilities.length).toBe(40)
    const e = Math.exp(3)
    const want = [1, 1, e, 1].map((x) => x / (3 + e))
    for (let i = 0; i < 40; i++) expect(probabilities[i]).toBeCloseTo(want[i % 4], 6)
  })

  it('knows no rules', () => {
    const puzzle = task.parse(BOARD)
    expect(task.isSolution(puzzle, puzzle.cells)).toBe(false)
    expect(task.branching).toBeUndefined()
  })
})
