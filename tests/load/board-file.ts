import { BOARD_COLUMNS, boardColumn } from '../../src/cli/board-input.ts'
import { faultsOf, readCsv } from '../../src/cli/csv.ts'
import { readTextFile } from '../../src/cli/text-file.ts'

/** The first boards of a CSV file, from its column question, puzzle or board. */
export async function readBoardFile(path: string, limit: number): Promise<string[]> {
  const boards: string[] = []
  let column = -1
  for await (const { fields } of readCsv(readTextFile(path), faultsOf(path))) {
    if (column >= 0) boards.push(fields[column])
    else column = boardColumn(fields)
    if (column < 0) throw new Error(`${path} has no column named ${BOARD_COLUMNS.join(', ')}`)
    if (boards.length === limit) break
  }
  return boards
}
