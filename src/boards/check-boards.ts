import { HrmError } from '../errors.ts'
import { type BoardInput, headerFault } from './board-input.ts'

/**
 * Reads every board, and says of one that is none on which line it stands.
 * @param read throws what is wrong with a board
 * @throws HrmError `board_*`, or `data_invalid` where the first line may be meant as a header
 */
export function checkBoards(inputs: readonly BoardInput[], read: (board: string) => unknown): void {
  for (const input of inputs) {
    try {
      read(input.board)
    } catch (error) {
      if (!(error instanceof HrmError) || input.line === undefined) throw error
      // Below a header that was found, no board is on line 1.
      throw placed(error, input, input.line === 1 ? headerFault(input.board.split('\n', 1)[0]) : '')
    }
  }
}

/** @param header what is wrong with the line should it be meant as a header */
function placed(error: HrmError, { line, drawn, hint }: BoardInput, header: string): HrmError {
  const options = { cause: error, cells: [...error.cells] }
  if (header !== '') {
    return new HrmError('data_invalid', `line ${line}: ${header}, nor is it a board: ${error.message}`, options)
  }
  const row = drawn ? (error.cells[0]?.row ?? 0) : 0
  return new HrmError(error.code, `line ${line! + row}: ${error.message}${hint ? `; ${hint}` : ''}`, options)
}
