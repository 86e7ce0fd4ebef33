import { HrmError } from '../errors.ts'

/** The refusal of one board of several, saying which; any other failure as it is. */
export function ofNthBoard(error: unknown, index: number): unknown {
  if (!(error instanceof HrmError)) return error
  return new HrmError(error.code, `board ${index + 1}: ${error.message}`, { cause: error, cells: [...error.cells] })
}
