import type { SolveStep } from '../../src/solve/types.ts'
import { cellName } from './cells.ts'

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
  return steps.flatMap((step, i) =>
    i > 0 && sameStart(steps[i - 1], step)
      ? []
      : [{ first: i + 1, step: step.step, attempt: step.attempt, name: startName(step) }],
  )
}

function sameStart(a: SolveStep, b: SolveStep): boolean {
  return (
    a.attempt === b.attempt &&
    a.kind === b.kind &&
    a.guess?.cell === b.guess?.cell &&
    a.guess?.symbol === b.guess?.symbol
  )
}

/** How the steps began, for people. */
function startName(step: SolveStep): string {
  if (step.guess) return `guess: ${step.guess.symbol} at ${cellName(step.guess.cell)}`
  if (step.kind === 'noise') return 'start with noise'
  if (step.kind === 'guess') return 'after a guess was ruled out'
  return 'the model’s own start'
}
