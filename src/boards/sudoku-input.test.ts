import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CANDIDATES } from '../../tests/helpers/configs.ts'
import { drawGrid } from '../cli/grid.ts'
import { createTask } from '../tasks/create-task.ts'
import { shapeOf } from '../tasks/sudoku/parse.ts'
import { parseBoard, parseBoards } from './board-input.ts'
import { checkBoards } from './check-boards.ts'

const BOARD = '53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79'
const OTHER = '..3.2.6..9..3.5..1..18.64....81.29..7.......8..67.82....26.95..8..2.3..9..5.1.3..'
const NINE = { rows: 9, cols: 9, boxRows: 3, boxCols: 3 }
const rowsOf = (board: string, n = 9) =>
  Array.from({ length: board.length / n }, (_, i) => board.slice(i * n, i * n + n))
const read = (text: string) => parseBoards(text, 'f', 'square')

const rows = rowsOf(BOARD)
const spaced = rows.map((row) => row.split('').join(' '))
const banded = (lines: string[]) => [0, 3, 6].map((i) => lines.slice(i, i + 3).join('\n')).join('\n\n')
const barred = rows.map((row) => row.match(/.{3}/g)!.join('|'))
const framed = (lines: string[]) => {
  const rule = '+---+---+---+'
  return [rule, ...lines.flatMap((line, i) => (i % 3 === 2 ? [line, rule] : [line]))].join('\n')
}
const DRAWINGS: [string, string][] = [
  ['with spaces between cells', spaced.join('\n')],
  ['with a blank behind one row', rows.map((row, i) => (i === 4 ? `${row} ` : row)).join('\n')],
  ['with blanks for empty cells', rows.join('\n').replaceAll('.', ' ')],
  ['with blanks for a whole row', ['         ', ...rows.slice(1)].join('\n').replaceAll('.', ' ')],
  ['in bands with empty lines between', banded(spaced)],
  ['in bands with a line of blanks between', banded(rows).replaceAll('\n\n', '\n  \n')],
  ['as hrm solve draws it', drawGrid(BOARD, NINE)],
  ['within a frame', framed(barred.map((row) => `|${row}|`))],
  ['with bars, blanks for empty cells', barred.join('\n').replaceAll('.', ' ')],
  ['as rows of a spreadsheet, with commas', rows.map((row) => row.split('').join(',').replaceAll('.', '')).join('\n')],
  ['as rows of a spreadsheet, with tabs', rows.map((row) => row.split('').join('\t').replaceAll('.', '')).join('\r\n')],
  ['as rows of a spreadsheet, with zeros', rows.map((row) => row.split('').join('; ').replaceAll('.', '0')).join('\n')],
]

describe('a Sudoku drawn', () => {
  test.each(DRAWINGS)('%s is one board, in a file and as an argument', async (name, text) => {
    const cells = name.includes('whole row') ? `.........${BOARD.slice(9)}` : BOARD
    const board = name.includes('zeros') ? cells.replaceAll('.', '0') : cells
    expect((await read(`${text}\n`)).map((input) => input.board)).toEqual([board])
    expect(await parseBoard(text, 'square')).toEqual({ board })
  })

  test.each(['\t', ',', ';'])(
    'as sheets of any size, with few givens or many, with %j between fields',
    async (between) => {
      for (const n of [4, 6, 8, 9, 12, 16]) {
        for (let givens = 1; givens < n; givens++) {
          // Five, below one another: so many that a size read wrong may go in.
          const boards = [0, 1, 2, 3, 4].map((shift) =>
            Array.from({ length: n * n }, (_, i) => ((i + Math.floor(i / n) + shift) % n < givens ? '1' : '.')).join(
              '',
            ),
          )
          const rows = boards.flatMap((board) => rowsOf(board, n)).map((row) => row.split(''))
          for (const field of [
            (cell: string) => cell.replace('.', ''),
            (cell: string) => `"${cell.replace('.', '')}"`,
          ]) {
            const text = rows.map((row) => row.map(field).join(between)).join('\n')
            expect((await read(text)).map(({ board }) => board)).toEqual(boards)
          }
        }
      }
    },
  )

  test('with tabs between cells and bars is one board', async () => {
    const lines = ['1\t2\t|\t.\t.', '.\t.\t|\t2\t1', '.\t1\t|\t.\t.', '.\t.\t|\t1\t2']
    const text = `${lines.join('\n')}\n`
    expect((await read(text.repeat(5))).map(({ board }) => board)).toEqual(Array(5).fill('12....21.1....12'))
  })

  test('several, one below another, with an empty line between or not, are boards of their own', async () => {
    const other = rowsOf(OTHER)
    for (const [between, line] of [
      ['\n', 10],
      ['\n\n', 11],
      ['\n \n', 11],
    ] as const) {
      expect(await read(`${rows.join('\n')}${between}${other.join('\n')}\n`)).toEqual([
        { board: BOARD, line: 1 },
        { board: OTHER, line },
      ])
    }
    const drawings = [drawGrid(BOARD, NINE), drawGrid('12..34..21..43..', shapeOf(16, NINE)!), drawGrid(OTHER, NINE)]
    expect(await read(drawings.join('\n\n'))).toEqual([
      { board: BOARD, line: 1 },
      { board: '12..34..21..43..', line: 13 },
      { board: OTHER, line: 19 },
    ])
    expect(await read(`${BOARD}\n\n${drawings[0]}\n\n${OTHER}\n`)).toMatchObject([
      { line: 1 },
      { line: 3 },
      { line: 15 },
    ])
  })

  test('rows are not taken from one drawing for another', async () => {
    const text = `${rows.slice(1).join('\n')}\n\n${[...rows, rows[0]].join('\n')}\n`
    expect(await read(text)).toHaveLength(18)
  })

  test('every grid that hrm solve prints can be given back to it', async () => {
    const grids = fc.constantFrom(16, 36, 64, 81, 100, 144, 256).chain((cells) => {
      const shape = shapeOf(cells, NINE)!
      const symbols = '.123456789ABCDEFG'.slice(0, shape.rows + 1).split('')
      const board = fc.array(fc.constantFrom(...symbols), { minLength: cells, maxLength: cells })
      return board.map((drawn) => ({ board: drawn.join(''), shape }))
    })
    await fc.assert(
      fc.asyncProperty(fc.array(grids, { minLength: 1, maxLength: 4 }), async (given) => {
        const drawn = given.map(({ board, shape }) => drawGrid(board, shape))
        const boards = given.map(({ board }) => board)
        expect((await read(drawn.join('\n\n'))).map(({ board }) => board)).toEqual(boards)
        expect(await parseBoard(drawn[0], 'square')).toEqual({ board: boards[0] })
      }),
    )
  })

  test('lines that may be boards stay so, with blanks too', async () => {
    const small = '1 2 3 4 . . . . . . . . . . . .'
    expect(await read(`${small}\n`.repeat(16))).toHaveLength(16)
    expect(await read(`${small.replaceAll(' ', '\t')}\n`.repeat(16))).toHaveLength(16)
    expect(await read(`${' '.repeat(15)}1\n`.repeat(16))).toHaveLength(16)
    expect(await read(`${BOARD}\n`.repeat(81))).toHaveLength(81)
  })

  test('a text of very many lines is read', async () => {
    expect(await read('1\n'.repeat(150_000))).toHaveLength(150_000)
    expect(await read('\n123456789'.repeat(135_000))).toHaveLength(15_000)
  })
})

describe('an own grid keeps what a Sudoku leaves out', () => {
  test.each(['a |-', ' -- ', '|--|'])('%j', async (row) => {
    const board = `${row}\n${row}\n`
    expect(await parseBoards(board, 'f', { rows: 2, cols: 4 })).toMatchObject([{ board: `${row}${row}` }])
    expect(await parseBoard(board, { rows: 2, cols: 4 })).toEqual({ board })
  })
})

describe('the fault of rows that make no square', () => {
  const { parse } = createTask(CANDIDATES)
  const faultOf = async (lines: string[]) => {
    const inputs = await read(lines.join('\n'))
    try {
      checkBoards(inputs, parse)
    } catch (error) {
      return (error as Error).message
    }
  }

  test('tells how a board is drawn, and which row is odd', async () => {
    const short = [...rows.slice(0, 4), rows[4].slice(1), ...rows.slice(5)]
    const fault = 'this board 9; nine lines of nine are read as one board'
    expect(await faultOf(rows.slice(1))).toMatch(new RegExp(`^line 1: a Sudoku has 16, .* cells, ${fault}$`))
    expect(await faultOf(short)).toMatch(`${fault}, but line 5 has 8 cells`)
    expect(await faultOf([...spaced.slice(1), ''])).toMatch(fault)
    expect(await faultOf([BOARD.slice(1)])).toMatch(/this board 80$/)
    expect(await faultOf([BOARD, ...rows])).toMatch(new RegExp(`^line 2: .* ${fault}$`))
  })

  test('is no fault of a header that was found', async () => {
    const fault = /^line 2: a Sudoku has 16, .* cells, this board 8$/
    for (const bad of ['my-board', '"1,2,3,4,"']) expect(await faultOf(['id,board', `1,${bad}`])).toMatch(fault)
  })
})
