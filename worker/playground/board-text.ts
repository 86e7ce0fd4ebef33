import { CELLS } from './cells.ts'

/** A board read from text, or what is wrong with the text, in words for the person who pasted it. */
export type ParsedBoard = { board: string; problem?: undefined } | { board?: undefined; problem: string }

const RUN = /(?<![1-9.0])[1-9.0]{81}(?![1-9.0])/
const RULED_LINE = /^[\s|+=*-]*[+=-][\s|+=*-]*$/
const FRAME = /[\s|,;"']/

/** Text longer than any drawing of one board. */
export const LONGEST = 100_000

/**
 * Reads a board as people have it: 81 characters in one run (also inside a line of a CSV file or a link), or nine
 * lines, framed or not. Empty cells: `.` `0` `_` `-` `*`.
 */
export function parseBoardText(text: string): ParsedBoard {
  if (text.trim() === '')
    return { problem: 'There is no text here. Paste 81 characters: 1 to 9, and a dot for an empty cell.' }
  if (text.length > LONGEST) return { problem: 'That text is too long for one board. Paste 81 characters.' }
  const run = RUN.exec(text)
  if (run) return { board: run[0].replaceAll('0', '.') }

  let board = ''
  const lines = text.split(/\r?\n/)
  for (const [number, line] of lines.entries()) {
    if (RULED_LINE.test(line) && line.replace(/\s/g, '').length > 9) continue
    for (const symbol of line) {
      if (FRAME.test(symbol)) continue
      if (/[0._*-]/.test(symbol)) board += '.'
      else if (/[1-9]/.test(symbol)) board += symbol
      else {
        const where = lines.length > 1 ? ` in line ${number + 1}` : ''
        return { problem: `“${symbol}”${where} is no Sudoku symbol. Use 1 to 9, and a dot or 0 for an empty cell.` }
      }
    }
  }
  if (board.length === CELLS) return { board }
  return {
    problem: `That is ${board.length} ${board.length === 1 ? 'cell' : 'cells'}; a Sudoku has 81. The board here is unchanged.`,
  }
}

/** Nine lines of nine. */
export const formatBoard = (board: string) => board.match(/.{9}/g)!.join('\n')
