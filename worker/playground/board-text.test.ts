import { describe, expect, test } from 'vitest'
import { formatBoard, parseBoardText } from './board-text.ts'
import { toHash } from './link.ts'

const BOARD = '.5.7.3.6...7...8.....816.......3......5...1..73..4..869.6...2.484.572.93...4.9...'

const rows = formatBoard(BOARD).split('\n')
const numbers = rows.map((row) => [...row].map((symbol) => Number(symbol.replace('.', '0'))))
/** Empty cells have no symbol. */
const table = (separator: string) =>
  rows.map((row) => [...row].map((symbol) => symbol.replace('.', '')).join(separator)).join('\n')

describe('parseBoardText reads', () => {
  test.each([
    ['one line', BOARD],
    ['zeros', BOARD.replaceAll('.', '0')],
    ['nine lines', formatBoard(BOARD)],
    ['Windows line ends', formatBoard(BOARD).replaceAll('\n', '\r\n')],
    ['spaces between cells', formatBoard(BOARD).replaceAll(/(.)/g, '$1 ')],
    ['underscores', BOARD.replaceAll('.', '_')],
    ['dashes', formatBoard(BOARD).replaceAll('.', '-')],
    ['crosses', formatBoard(BOARD).replaceAll('.', 'x')],
    ['large crosses', BOARD.replaceAll('.', 'X')],
    ['question marks', formatBoard(BOARD).replaceAll('.', '?')],
    ['raised dots', BOARD.replaceAll('.', '·')],
    ['blanks in nine lines of nine', formatBoard(BOARD).replaceAll('.', ' ')],
    ['rows joined by strokes', formatBoard(BOARD).replaceAll('\n', '/')],
    ['cells of a spreadsheet', `${table('\t')}\n`],
    ['commas between cells', table(',')],
    ['quoted cells, semicolons between them', table(';').replaceAll(/\d/g, '"$&"')],
    [
      'a Markdown table',
      table('|')
        .replaceAll(/^.*$/gm, '|$&|')
        .replace('\n', `\n|${'---|'.repeat(9)}\n`),
    ],
    ['JSON', JSON.stringify(numbers)],
    ['JSON over several lines', JSON.stringify(numbers, null, 2)],
    ['JSON with null', JSON.stringify(numbers.map((row) => row.map((n) => n || null)))],
    ['a header and comments', `#ASomeone\n#Csays 1 2 3\n[Puzzle]\n${formatBoard(BOARD)}\n`],
    ['a numbered grid', `Grid 01\n${formatBoard(BOARD).replaceAll('.', '0')}`],
    ['blanks below a header', `Grid 01\n${formatBoard(BOARD).replaceAll('.', ' ')}`],
    ['a row of a CSV file', `source,question,answer\nexchange_easy,${BOARD},${'123456789'.repeat(9)}`],
    ['a link', `https://example.test/${toHash(['board', BOARD], { maxSteps: 64, seed: 7 })}`],
  ])('%s', (_, text) => {
    expect(parseBoardText(text)).toEqual({ board: BOARD })
  })

  test('a framed drawing', () => {
    const framed = rows.map((row) => `| ${row.replace(/(...)(...)(...)/, '$1 | $2 | $3')} |`)
    const rule = '+-----+-----+-----+'
    const text = [rule, ...framed.slice(0, 3), rule, ...framed.slice(3, 6), rule, ...framed.slice(6), rule].join('\n')
    expect(parseBoardText(text)).toEqual({ board: BOARD })
  })

  test('a drawing with lines of box characters', () => {
    const framed = rows.map((row) => `║${row.replace(/(...)(...)(...)/, '$1│$2│$3')}║`)
    const rule = '╟───┼───┼───╢'
    const text = ['╔═══╤═══╤═══╗', ...framed.slice(0, 3), rule, ...framed.slice(3, 6), rule, ...framed.slice(6)]
    expect(parseBoardText([...text, '╚═══╧═══╧═══╝'].join('\n'))).toEqual({ board: BOARD })
  })

  const SPARSE = BOARD.replace(/^.{9}/, '.........')
  const sparse = formatBoard(SPARSE).replaceAll('.', '-').split('\n')
  test.each([
    [
      'blanks and strokes',
      sparse.map((row) => [...row].join(' ').replace(/(.{5}) (.{5}) (.{5})/, '$1 | $2 | $3')),
      '------+-------+------',
    ],
    ['strokes around it', sparse.map((row) => row.replace(/(...)(...)(...)/, '|$1|$2|$3|')), '+---+---+---+'],
    ['a Markdown table', sparse.map((row) => row.replaceAll(/./g, '| $& ').concat('|')), '|---'.repeat(9).concat('|')],
  ])('an empty row of dashes: %s', (_, rows, rule) => {
    const text = [rows.slice(0, 3), rows.slice(3, 6), rows.slice(6)].map((band) => band.join('\n')).join(`\n${rule}\n`)
    expect(parseBoardText(text)).toEqual({ board: SPARSE })
  })

  test('nine dashes between strokes as a ruled line where nine rows are there without it', () => {
    const rows = formatBoard(BOARD)
      .split('\n')
      .map((row) => row.replace(/(...)(...)(...)/, '$1|$2|$3'))
    rows.splice(6, 0, '---|---|---')
    rows.splice(3, 0, '---|---|---')
    expect(parseBoardText(rows.join('\n'))).toEqual({ board: BOARD })
  })

  test('nine lines of dashes as nine empty rows', () => {
    expect(parseBoardText(formatBoard('-'.repeat(81)))).toEqual({ board: '.'.repeat(81) })
  })
})

test('parseBoardText reads a long line of dashes at once', () => {
  const begun = process.cpuUsage() // the time of this process alone: a busy machine takes longer for it
  expect(parseBoardText(`${'-'.repeat(99_000)}1`).problem).toMatch(/99001 cells/)
  const { user, system } = process.cpuUsage(begun)
  expect(user + system).toBeLessThan(1_000_000)
})

describe('parseBoardText says what is wrong with', () => {
  test.each([
    ['nothing', '  \n', /no text/],
    ['a short board', BOARD.slice(0, 80), /80 cells; a Sudoku has 81: write an empty cell as a dot\./],
    ['a long board', `${BOARD}1`, /82 cells/],
    ['one digit', '7', /1 cell;/],
    ['a word', 'hello', /“h” is no Sudoku symbol/],
    ['a bad symbol in a line', formatBoard(BOARD).replace('7', 'y'), /“y” in line 1/],
    ['a header above a short board', `[Puzzle]\n${formatBoard(BOARD).slice(1)}`, /“P” in line 1/],
    ['two boards below headers', `Grid 01\n${formatBoard(BOARD)}\nGrid 02\n${formatBoard(BOARD)}`, /“G” in line 1/],
    ['nine lines with a blank too few', formatBoard(BOARD).replaceAll('.', ' ').slice(1), /cells; a Sudoku has 81/],
    ['an emoji, whole', '🦔', /“🦔”/],
    ['a book', 'a'.repeat(100_001), /too long/],
  ])('%s', (_, text, message) => {
    expect(parseBoardText(text).problem).toMatch(message)
  })
})
