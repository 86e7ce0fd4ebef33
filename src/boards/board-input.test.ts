import { describe, expect, test } from 'vitest'
import { type Drawing, parseBoards } from './board-input.ts'

const BOARD = '..3.2.6..9..3.5..1..18.64....81.29..7.......8..67.82....26.95..8..2.3..9..5.1.3..'
const rows = (board: string, n: number) => Array.from({ length: n }, (_, i) => board.slice(i * n, (i + 1) * n))

describe('parseBoards', () => {
  test('one board a line, empty lines passed over', async () => {
    expect(await parseBoards(`\n${BOARD}\r\n\n0${BOARD.slice(1)}\n`, 'f', 'square')).toEqual([
      { board: BOARD, line: 2 },
      { board: `0${BOARD.slice(1)}`, line: 4 },
    ])
  })

  test('knows the line of every board of a long text', async () => {
    const text = `\r\n\n${BOARD}\r\n`.repeat(1000)
    const lines = Array.from({ length: 1000 }, (_, i) => ({ board: BOARD, line: 3 * i + 3 }))
    expect(await parseBoards(text, 'f', 'square')).toEqual(lines)
    expect(await parseBoards(`${text}${BOARD}`, 'f', 'square')).toEqual([...lines, { board: BOARD, line: 3001 }])
    expect(await parseBoards(`board\n${text}`, 'f', 'square')).toEqual(
      lines.map(({ line }) => ({ board: BOARD, line: line + 1 })),
    )
  })

  test('keeps blanks inside a line, which are free cells of a maze', async () => {
    expect(await parseBoards(' S# G ', 'f', 'square')).toEqual([{ board: ' S# G ', line: 1 }])
  })

  test.each([9, 6, 4])('a square of %i lines is one board', async (n) => {
    const board = BOARD.slice(0, n * n)
    expect(await parseBoards(rows(board, n).join('\n'), 'f', 'square')).toEqual([{ board, line: 1 }])
  })

  test('grids of 2 rows of 5, drawn or one a line', async () => {
    const grid = { rows: 2, cols: 5 }
    const drawn = [
      { board: 'abcde12345', line: 1 },
      { board: 'fghij67890', line: 4 },
    ]
    expect(await parseBoards('abcde\n12345\n\nfghij\n67890\n', 'f', grid)).toEqual(drawn)
    expect(await parseBoards('abcde\n12345\n', 'f', grid)).toEqual(drawn.slice(0, 1))
    // As many boards as a board has cells: to a Sudoku's eyes a square.
    expect(await parseBoards('abcde12345\n'.repeat(10), 'f', grid)).toHaveLength(10)
    expect(await parseBoards('abcde\n12345\nfghij\n', 'f', grid)).toHaveLength(3)
    expect(await parseBoards('abc\nabc\n', 'f', { rows: 1, cols: 3 })).toHaveLength(2)
  })

  test('grids of the symbols of mazes, one below another; else as mazes are drawn', async () => {
    const grid = { rows: 2, cols: 2, maze: true }
    const two = ['S.G#', '#GS.']
    const three = ['S.', 'G#', '#G', 'S.'].join('\n')
    const boards = async (text: string, drawing: Drawing) =>
      (await parseBoards(text, 'f', drawing)).map(({ board }) => board)
    expect(await boards(three, grid)).toEqual(two)
    expect(await boards('S.#\n#.G\n', grid)).toEqual(['S.#\n#.G'])
    expect(await boards('S.G#\n#GS.\n', grid)).toEqual(two)
  })

  test('sixteen lines of sixteen are sixteen 4x4 boards', async () => {
    const text = Array.from({ length: 16 }, () => '1...............').join('\n')
    expect(await parseBoards(text, 'f', 'square')).toHaveLength(16)
  })

  test.each(['question', 'puzzle', 'Board'])('a CSV with a column %s', async (name) => {
    expect(await parseBoards(`\ufeffid,${name}\n7,${BOARD}\n\n8,"${BOARD}"\n`, 'f', 'square')).toEqual([
      { board: BOARD, line: 2 },
      { board: BOARD, line: 4 },
    ])
    expect(await parseBoards(`${name}\n${BOARD}\n`, 'f', 'square')).toEqual([{ board: BOARD, line: 2 }])
  })

  test('refuses a CSV with two columns of boards', async () => {
    await expect(parseBoards(`board,board\n${BOARD},${BOARD}\n`, 'f', 'square')).rejects.toMatchObject({
      code: 'data_invalid',
      message: 'f, line 1: 2 columns where one of question, puzzle, board is read: board, board',
    })
  })

  test('a CSV whose header is quoted, over several lines too', async () => {
    expect(await parseBoards(`"question"\n"${BOARD}"\n`, 'f', 'square')).toEqual([{ board: BOARD, line: 2 }])
    expect(await parseBoards(`"my, own\nid",board\n7,${BOARD}\n`, 'f', 'square')).toEqual([{ board: BOARD, line: 3 }])
  })

  test.each(['S,G,', '"S",', '"S"G', '""""', '"S,G'])(
    'boards of a grid that hold commas and quotes: %s',
    async (board) => {
      const lines = [1, 2, 3].map((line) => ({ board, line }))
      expect(await parseBoards(`${board}\n`.repeat(3), 'f', 'square')).toEqual(lines)
    },
  )

  test('a line of blanks as long as the boards is one; others are passed over', async () => {
    expect(await parseBoards('    \n \nS#G \n    \n     \n', 'f', 'square')).toEqual([
      { board: '    ', line: 1 },
      { board: 'S#G ', line: 3 },
      { board: '    ', line: 4 },
    ])
  })

  test.each([
    ['', 'f holds no board'],
    [' \n\r\n', 'f holds no board'],
    ['question,answer\n', 'f holds no board'],
    [`id,question\n1,${BOARD},3\n`, 'f, line 2: 3 fields, the header has 2'],
  ])('refuses %j', async (text, message) => {
    await expect(parseBoards(text, 'f', 'square')).rejects.toMatchObject({ code: 'data_invalid', message })
  })
})
