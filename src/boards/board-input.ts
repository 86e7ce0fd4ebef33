import { HrmError } from '../errors.ts'
import { yieldToEventLoop } from '../event-loop.ts'
import { faultsOf, isNamed, noColumn, readCsv, readTable } from './csv.ts'
import { mazesOf } from './maze-input.ts'
import { sudokusOf } from './sudoku-input.ts'

/** A board as it was given, and where: the line (1-based), or undefined for the command line. */
export interface BoardInput {
  board: string
  line?: number
  /** Every row of the board has a line of its own, this one and those below it. */
  drawn?: true
  /** What to say beside a fault. */
  hint?: string
}

export const BOARD_COLUMNS = ['question', 'puzzle', 'board']

/** Characters read at a time, about 200 boards: some ms, after which a page can answer to whoever uses it. */
const PIECE = 1 << 14

/**
 * What a board on several lines looks like: a Sudoku is a square, a maze any drawing, a grid has its task's shape.
 * `maze`: a grid of a maze's symbols, which may be drawn as one where its lines are no grids one below another.
 */
export type Drawing = 'square' | 'maze' | { rows: number; cols: number; maze?: boolean }

/**
 * Boards from text: one a line, or a CSV with a column named question, puzzle or board, or drawn over several lines.
 * Empty lines are passed over; blanks inside a line belong to the board.
 *
 * @param name what the text came from, for messages
 * @throws HrmError `data_invalid` when there is no board, or a CSV is damaged
 */
export async function parseBoards(text: string, name: string, drawing: Drawing): Promise<BoardInput[]> {
  if (await hasHeader(text)) return boardsOfCsv(text, name)
  const all = await linesOf(text.replace(/^\ufeff/, ''))
  const boards = drawnOn(all, drawing)
  if (boards.length === 0) throw new HrmError('data_invalid', `${name} holds no board`)
  return boards
}

function drawnOn(lines: readonly BoardInput[], drawing: Drawing): BoardInput[] {
  if (drawing === 'square') return withoutBlanks(sudokusOf(lines))
  if (drawing === 'maze') return withoutBlanks(mazesOf(lines))
  const grids = gridsOf(withoutBlanks(lines), drawing)
  return grids ?? withoutBlanks(drawing.maze ? mazesOf(lines) : lines)
}

/** A board that is an argument; a Sudoku may be drawn there too. */
export async function parseBoard(argument: string, drawing: Drawing): Promise<BoardInput> {
  const board = argument.replace(/^\ufeff/, '')
  if (drawing !== 'square' || !board.includes('\n')) return { board }
  const boards = sudokusOf(await linesOf(board))
  return { board: boards.length === 1 ? boards[0].board : board }
}

/** The lines that are not empty. */
async function linesOf(text: string): Promise<BoardInput[]> {
  const lines: BoardInput[] = []
  let line = 0
  for await (const piece of piecesOf(text)) {
    // What follows the last line break is no line of its own.
    for (const board of piece.replace(/\r?\n$/, '').split(/\r?\n/)) {
      line++
      if (board !== '') lines.push({ board, line })
    }
  }
  return lines
}

/** A line of blanks alone is a board where it is as long as the first that is not blank. */
function withoutBlanks(lines: readonly BoardInput[]): BoardInput[] {
  const first = lines.find(({ board }) => !isBlank(board))
  return lines.filter(({ board }) => !isBlank(board) || board.length === first?.board.length)
}

const isBlank = (line: string) => line.trim() === ''

/** The text in pieces of whole lines; other work gets its turn between them. */
async function* piecesOf(text: string): AsyncGenerator<string, void, void> {
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from + PIECE) + 1 || text.length
    yield text.slice(from, end)
    from = end
    await yieldToEventLoop()
  }
}

/** Whether the first record names a column of boards. Commas and quotes tell no CSV: a grid's boards may hold them. */
async function hasHeader(text: string): Promise<boolean> {
  try {
    for await (const { fields } of readCsv(piecesOf(text), faultsOf(''))) {
      return fields.some((field) => isNamed(BOARD_COLUMNS, field))
    }
  } catch (error) {
    if (!(error instanceof HrmError)) throw error
  }
  return false
}

/** What to say of a first line that is no board, where it may be meant as a header; empty where it may not. */
export const headerFault = (line: string): string =>
  line.includes(',') || BOARD_COLUMNS.some((name) => line.toLowerCase().includes(name))
    ? noColumn(BOARD_COLUMNS, [line])
    : ''

/** Grids drawn one below another, if all lines are as long as a row; no line can be a row and a board. */
function gridsOf(lines: BoardInput[], { rows, cols }: { rows: number; cols: number }): BoardInput[] | undefined {
  if (rows === 1 || lines.length % rows !== 0 || lines.some(({ board }) => board.length !== cols)) return undefined
  return Array.from({ length: lines.length / rows }, (_, i) => {
    const drawn = lines.slice(i * rows, (i + 1) * rows)
    return { board: drawn.map(({ board }) => board).join(''), line: drawn[0].line }
  })
}

async function boardsOfCsv(text: string, name: string): Promise<BoardInput[]> {
  const boards: BoardInput[] = []
  for await (const { line, values } of readTable(piecesOf(text), [BOARD_COLUMNS], faultsOf(name))) {
    boards.push({ board: values[0], line })
  }
  if (boards.length === 0) throw new HrmError('data_invalid', `${name} holds no board`)
  return boards
}
