import { HrmError } from '../errors.ts'

/** The refusal of one board of several, saying which; any other failure as it is. */
export function ofNthBoard(error: unknown, index: number): unknown {
  if (!(error instanceof HrmError)) return error
  const { code, message, cells } = error
  return new HrmError(code, `board ${index + 1}: ${message}`, { cause: error, cells: [...cells], board: index })
}
