import { headerFault, parseBoards } from '../../src/boards/board-input.ts'
import { yieldToEventLoop } from '../../src/event-loop.ts'
import { LONGEST as LONGEST_BOARD, parseBoardText, RUN } from './board-text.ts'
import type { SampleSet } from './samples.ts'
import { kindOf } from './text-kind.ts'

/** A data set of 50,000 boards; a page is no place for more. */
const LONGEST = 10 << 20
/** Boards checked before the page gets its turn: some ms. */
const AT_ONCE = 1000

/** Drawings of mazes, and nothing else. */
const MAZES = /^[#SGo. \r\n]*$/

/** What a file holds, or why it cannot be used, in words for the person who dropped it. */
export type FileBoards =
  | { set: SampleSet; maze?: undefined; problem?: undefined }
  | { set?: undefined; maze: FileMaze; problem?: undefined }
  | { set?: undefined; maze?: undefined; problem: string }

export interface FileMaze {
  text: string
  /** Whether it is the first of several in the file. */
  isFirst: boolean
}

/**
 * The Sudokus of a text file: one a line, one drawn as a square, or a CSV with a column question, puzzle or board. Or the
 * first maze, in any of these forms.
 * One bad board refuses the file: a line that is passed over in silence would be missed. The page can be used meanwhile.
 */
export async function readBoards(file: Pick<File, 'name' | 'size' | 'text'>): Promise<FileBoards> {
  if (file.size > LONGEST) return { problem: `${file.name} is larger than ${LONGEST >> 20} MB.` }
  try {
    const text = await file.text()
    // What is one maze to this page, with its dots and cut-off blanks, may be none to those who read many boards.
    if (kindOf(text) === 'maze') return { maze: { text, isFirst: false } }
    const drawn = drawnBoard(text)
    if (drawn !== undefined) return { set: { name: shortName(file.name), source: file.name, boards: [drawn] } }
    const areMazes = /[#SG]/.test(text) && MAZES.test(text)
    const inputs = await parseBoards(text, file.name, areMazes ? 'maze' : 'square')
    if (areMazes || kindOf(inputs[0].board) === 'maze')
      return { maze: { text: inputs[0].board, isFirst: inputs.length > 1 } }
    const boards: string[] = []
    for (const [i, { board, line }] of inputs.entries()) {
      if (i % AT_ONCE === 0) await yieldToEventLoop()
      const parsed = parseBoardText(board)
      if (parsed.problem !== undefined) {
        // Below a header that was found, no board is on line 1.
        const problem = (line === 1 && headerFault(board)) || parsed.problem
        return { problem: `${file.name}, line ${line}: ${problem}` }
      }
      boards.push(parsed.board)
    }
    return { set: { name: shortName(file.name), source: file.name, boards } }
  } catch (error) {
    return { problem: (error as Error).message }
  }
}

/** One board over several lines, in any form that can be pasted. Runs are for those who read many boards. */
function drawnBoard(text: string): string | undefined {
  if (text.length > LONGEST_BOARD || !text.trim().includes('\n') || RUN.test(text)) return undefined
  return parseBoardText(text).board
}

const shortName = (name: string) => (name.length > 20 ? `${name.slice(0, 19)}…` : name)
