import type { SolveStep } from '../../src/solve/types.ts'
import { cellName } from './cells.ts'

/** Steps in a row that began from one start: an attempt, or one branch of an attempt's search. */
export interface Segment {
  /** Steps, counted from 1. */
  first: number
  last: number
  attempt: number
  name: string
}

export function segmentsOf(steps: readonly SolveStep[]): Segment[] {
  const segments: Segment[] = []
  let before: SolveStep | undefined
  steps.forEach((step, i) => {
    const newest = segments.at(-1)
    if (newest && before && sameStart(before, step)) newest.last = i + 1
    else segments.push({ first: i + 1, last: i + 1, attempt: step.attempt, name: startName(step) })
    before = step
  })
  return segments
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
export function startName(step: SolveStep): string {
  if (step.guess) return `guess: ${step.guess.symbol} at ${cellName(step.guess.cell)}`
  if (step.kind === 'noise') return 'start with noise'
  if (step.kind === 'guess') return 'after a guess was ruled out'
  return 'the model’s own start'
}
