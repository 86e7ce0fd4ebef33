import { describe, expect, test } from 'vitest'
import { formatBoard, parseBoardText } from './board-text.ts'
import { toHash } from './link.ts'

const BOARD = '.5.7.3.6...7...8.....816.......3......5...1..73..4..869.6...2.484.572.93...4.9...'

describe('parseBoardText reads', () => {
  test.each([
    ['one line', BOARD],
    ['zeros', BOARD.replaceAll('.', '0')],
    ['nine lines', formatBoard(BOARD)],
    ['Windows line ends', formatBoard(BOARD).replaceAll('\n', '\r\n')],
    ['spaces between cells', formatBoard(BOARD).replaceAll(/(.)/g, '$1 ')],
    ['underscores', BOARD.replaceAll('.', '_')],
    ['dashes', formatBoard(BOARD).replaceAll('.', '-')],
    ['a row of a CSV file', `source,question,answer\nexchange_easy,${BOARD},${'123456789'.repeat(9)}`],
    ['a link', `https://example.test/${toHash(['board', BOARD], { maxSteps: 64, seed: 7 })}`],
  ])('%s', (_, text) => {
    expect(parseBoardText(text)).toEqual({ board: BOARD })
  })

  test('a framed drawing', () => {
    const rows = formatBoard(BOARD).split('\n')
    const framed = rows.map((row) => `| ${row.replace(/(...)(...)(...)/, '$1 | $2 | $3')} |`)
    const rule = '+-----+-----+-----+'
    const text = [rule, ...framed.slice(0, 3), rule, ...framed.slice(3, 6), rule, ...framed.slice(6), rule].join('\n')
    expect(parseBoardText(text)).toEqual({ board: BOARD })
  })

  test('nine lines of dashes as nine empty rows', () => {
    expect(parseBoardText(formatBoard('-'.repeat(81)))).toEqual({ board: '.'.repeat(81) })
  })
})

describe('parseBoardText says what is wrong with', () => {
  test.each([
    ['nothing', '  \n', /no text/],
    ['a short board', BOARD.slice(0, 80), /80 cells; a Sudoku has 81/],
    ['a long board', `${BOARD}1`, /82 cells/],
    ['one digit', '7', /1 cell;/],
    ['a word', 'hello', /“h” is no Sudoku symbol/],
    ['a bad symbol in a line', formatBoard(BOARD).replace('7', 'x'), /“x” in line 1/],
    ['an emoji, whole', '🦔', /“🦔”/],
    ['a book', 'a'.repeat(100_001), /too long/],
  ])('%s', (_, text, message) => {
    expect(parseBoardText(text).problem).toMatch(message)
  })
})
