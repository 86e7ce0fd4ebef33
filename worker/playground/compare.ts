import type { SolveResult, SolveStep } from '../../src/solve/types.ts'
import type { Where } from './solve-stream.ts'

/** One board solved in one place. */
export interface Run {
  where: Where
  result: SolveResult
  milliseconds: number
  steps: readonly SolveStep[]
}

/** How two runs of the same board, seed and budget agree. */
export interface Agreement {
  /** Steps that both runs have: a stream that is read too slowly leaves steps out. */
  compared: number
  /** Number of the first step at which a cell's digit differs, or its confidence by more than a rounding; else undefined. */
  firstDifference: number | undefined
  /** Share of all cells of all compared steps with the same digit. */
  sameDigits: number
}

/** The service rounds confidence to four digits. */
const ROUNDING = 1e-4

export function agreementOf(a: readonly SolveStep[], b: readonly SolveStep[]): Agreement {
  const others = new Map(b.map((step) => [step.step, step]))
  let compared = 0
  let cells = 0
  let same = 0
  let firstDifference: number | undefined
  for (const mine of a) {
    const other = others.get(mine.step)
    if (other === undefined) continue
    compared++
    const digits = [...mine.board].filter((digit, cell) => digit === other.board[cell]).length
    const close = mine.confidence.every((belief, cell) => Math.abs(belief - other.confidence[cell]) <= ROUNDING)
    cells += mine.board.length
    same += digits
    if (digits < mine.board.length || !close) firstDifference ??= mine.step
  }
  return { compared, firstDifference, sameDigits: cells === 0 ? 0 : same / cells }
}

/** The agreement in a few words. */
export function agreementText({ compared, firstDifference, sameDigits }: Agreement): string {
  if (compared === 0) return 'no step to compare'
  if (firstDifference === undefined) return compared === 1 ? 'in the one step' : `in all ${compared} steps`
  if (sameDigits === 1) return `in every digit; confidence differs from step ${firstDifference} on`
  return `in ${(100 * sameDigits).toFixed(1)}% of all digits; differs from step ${firstDifference} on`
}
