import { BOARD_COLUMNS } from '../../src/cli/board-input.ts'
import { columnNamed, faultsOf, readCsv } from '../../src/cli/csv.ts'
import { readTextFile } from '../../src/cli/text-file.ts'

/** The first boards of a CSV file, from its column question, puzzle or board. */
export async function readBoardFile(path: string, limit: number): Promise<string[]> {
  const boards: string[] = []
  let column = -1
  const refuse = faultsOf(path)
  for await (const record of readCsv(readTextFile(path), refuse)) {
    if (column >= 0) boards.push(record.fields[column])
    else column = columnNamed(BOARD_COLUMNS, record, refuse)
    if (column < 0) throw new Error(`${path} has no column named ${BOARD_COLUMNS.join(', ')}`)
    if (boards.length === limit) break
  }
  return boards
}
