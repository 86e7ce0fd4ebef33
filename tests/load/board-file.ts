import { BOARD_COLUMNS } from '../../src/boards/board-input.ts'
import { faultsOf, readTable } from '../../src/boards/csv.ts'
import { readTextFile } from '../../src/cli/text-file.ts'

/** The first boards of a CSV file, from its column question, puzzle or board. */
export async function readBoardFile(path: string, limit: number): Promise<string[]> {
  const boards: string[] = []
  for await (const { values } of readTable(readTextFile(path), [BOARD_COLUMNS], faultsOf(path))) {
    boards.push(values[0])
    if (boards.length === limit) break
  }
  return boards
}
