import { HrmError } from '../errors.ts'

/** A file of its own: `hrm-edge/worker` asks it in the page, where no task is. @throws HrmError `board_type` */
export function checkString(board: unknown): void {
  if (typeof board !== 'string') throw new HrmError('board_type', `a board is a string, not ${typeof board}`)
}
