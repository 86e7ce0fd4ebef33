import type { Guess, SolveStep } from '../../src/solve/types.ts'
import { cellName } from './cells.ts'

/** How a maze is seen in the attempts from the second on, in the order of `symmetriesOf`. */
const VIEWS = [
  'turned by 180°',
  'mirrored top to bottom',
  'mirrored left to right',
  'mirrored on the diagonal',
  'turned by 90° clockwise',
  'turned by 90° anticlockwise',
  'mirrored on the other diagonal',
]

/** Where an attempt begins: steps that have one start in common. */
export interface Segment {
  /** Position in the solve, counted from 1. */
  first: number
  /** Number of the step there: a stream that came too fast to be read has gaps. */
  step: number
  attempt: number
  name: string
}

export function segmentsOf(steps: readonly SolveStep[]): Segment[] {
  return steps.flatMap((step, i) =>
    step.attempt === steps[i - 1]?.attempt
      ? []
      : [{ first: i + 1, step: step.step, attempt: step.attempt, name: startName(step) }],
  )
}

/** How an attempt began, for people. */
function startName({ kind, attempt, guesses, ruledOut }: SolveStep): string {
  if (guesses)
    return guesses.length > 1
      ? `${guesses.length} guesses: ${nameGuess(guesses[0])}, …`
      : `guess: ${nameGuess(guesses[0])}`
  if (ruledOut) return `${nameGuess(ruledOut)} ruled out`
  if (kind === 'noise') return 'start with noise'
  return attempt === 1 ? 'the model’s own start' : VIEWS[attempt - 2]
}

const nameGuess = ({ cell, symbol }: Guess) => `${symbol} at ${cellName(cell)}`
