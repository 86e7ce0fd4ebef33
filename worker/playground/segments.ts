import type { SolveStep } from '../../src/solve/types.ts'
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

/** Where steps begin that have one start in common: an attempt, or one branch of an attempt's search. */
export interface Segment {
  /** Position in the solve, counted from 1. */
  first: number
  /** Number of the step there: a stream that came too fast to be read has gaps. */
  step: number
  attempt: number
  name: string
}

export function segmentsOf(steps: readonly SolveStep[]): Segment[] {
  /** Guesses that stand, the newest last: a branch without a guess of its own takes that one back. */
  let guesses: string[] = []
  let before: SolveStep | undefined
  return steps.flatMap((step, i) => {
    if (before && sameStart(before, step)) return []
    // After a gap in the stream, or in another search, what was guessed before is unknown.
    if (step.kind !== 'guess' || step.attempt > (before?.attempt ?? 0) + 1) guesses = []
    before = step
    return [{ first: i + 1, step: step.step, attempt: step.attempt, name: startName(step, guesses) }]
  })
}

function sameStart(a: SolveStep, b: SolveStep): boolean {
  return (
    a.attempt === b.attempt &&
    a.kind === b.kind &&
    a.guess?.cell === b.guess?.cell &&
    a.guess?.symbol === b.guess?.symbol
  )
}

/** How the steps began, for people. @param guesses those that stand; a new one is added, one that is ruled out removed */
function startName(step: SolveStep, guesses: string[]): string {
  if (step.guess) {
    const guess = `${step.guess.symbol} at ${cellName(step.guess.cell)}`
    guesses.push(guess)
    return `guess: ${guess}`
  }
  if (step.kind === 'noise') return 'start with noise'
  if (step.kind === 'guess') return `${guesses.pop() ?? 'a guess'} ruled out`
  return step.attempt === 1 ? 'the model’s own start' : VIEWS[step.attempt - 2]
}
