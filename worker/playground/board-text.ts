import { CELLS, SIZE } from './cells.ts'

/** A board read from text, or what is wrong with the text, in words for the person who pasted it. */
export type ParsedBoard = { board: string; problem?: undefined } | { board?: undefined; problem: string }

/** All cells of a board, one after the other. */
export const RUN = /(?<![1-9.0])[1-9.0]{81}(?![1-9.0])/
/** Looks ahead for the one that makes it a line: sought amid the others, a long paste would take minutes. */
const RULED_LINE = /^(?=[\s|*]*[+=-])[\s|+=*-]+$/
/** Of ruled lines those that may be an empty row. */
const NINE_DASHES = /^[\s|]*(?:-[\s|]*){9}$/
/** What stands around cells: blanks, separators, quotes, brackets and box drawing. */
const FRAME = /[\s|,;"'/+=[\]\u2500-\u257f]/g
const EMPTY = /[0._*xX?·-]/g
/** An empty cell of JSON. */
const NULL = /\bnull\b/g
const FOREIGN = /[^1-9\s|,;"'/+=[\]\u2500-\u257f0._*xX?·-]/u
const SEPARATORS = ['\t', ',', ';', '|']

/** Text longer than any drawing of one board. */
export const LONGEST = 100_000

/**
 * Reads a board as people have it: 81 characters in one run (also inside a line of a CSV file or a link), nine lines,
 * framed or not, a table in which empty cells may have no symbol, or JSON. Empty cells: `.` `0` `_` `-` `*` `x` `?` `·`,
 * `null`, and blanks in nine lines of nine characters. Lines that hold anything else are headers where what is left is a
 * board.
 */
export function parseBoardText(text: string): ParsedBoard {
  if (text.trim() === '')
    return { problem: 'There is no text here. Paste 81 characters: 1 to 9, and a dot for an empty cell.' }
  if (text.length > LONGEST) return { problem: 'That text is too long for one board. Paste 81 characters.' }
  const run = RUN.exec(text)
  if (run) return { board: run[0].replaceAll('0', '.') }

  const lines = text.replace(NULL, '.').split(/\r?\n/)
  const rows = lines.filter((line) => !FOREIGN.test(line))
  const read = (dashes: 'ruled' | 'cells') => rows.map((line) => cellsOf(line, dashes)).join('')
  const cells = read('ruled')
  const board = [cells, read('cells')].find(({ length }) => length === CELLS) ?? blanksAsCells(rows)
  if (board !== undefined) return { board }

  for (const [number, line] of lines.entries()) {
    const foreign = FOREIGN.exec(line)
    if (foreign === null) continue
    const where = lines.length > 1 ? ` in line ${number + 1}` : ''
    return { problem: `“${foreign[0]}”${where} is no Sudoku symbol. Use 1 to 9, and a dot or 0 for an empty cell.` }
  }
  const count = `${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}`
  return {
    problem: `That is ${count}; a Sudoku has 81: write an empty cell as a dot. The board here is unchanged.`,
  }
}

/** The cells of a line, whose frame is taken away. @param dashes what nine of them within a frame are */
function cellsOf(line: string, dashes: 'ruled' | 'cells'): string {
  const ruled = RULED_LINE.test(line) && line.replace(/\s/g, '').length > SIZE
  if (ruled && !(dashes === 'cells' && NINE_DASHES.test(line))) return ''
  return rowOfTable(line) ?? withDots(line.replace(FRAME, ''))
}

/** Nine fields of one symbol or none, as a spreadsheet copies them and CSV or Markdown writes them. */
function rowOfTable(line: string): string | undefined {
  const inner = line.replace(/^ *\|(.*)\| *$/, '$1')
  for (const separator of SEPARATORS) {
    const fields = inner.split(separator).map((field) => field.replace(FRAME, ''))
    if (fields.length === SIZE && fields.every(({ length }) => length <= 1))
      return withDots(fields.map((field) => field || '.').join(''))
  }
  return undefined
}

/** Nine lines of nine characters, a blank for an empty cell. */
function blanksAsCells(lines: readonly string[]): string | undefined {
  const rows = lines.filter((line) => line !== '')
  if (rows.length !== SIZE || rows.some((row) => !/^[1-9 0._*xX?·-]{9}$/.test(row))) return undefined
  return withDots(rows.join('').replaceAll(' ', '.'))
}

const withDots = (cells: string) => cells.replace(EMPTY, '.')

/** Nine lines of nine. */
export const formatBoard = (board: string) => board.match(/.{9}/g)!.join('\n')
