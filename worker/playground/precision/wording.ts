import { durationText } from '../wording.ts'
import type { PrecisionStep } from './lockstep.ts'

/** The cells of a step's row. */
export const stepTexts = ({ step, alike, open, beliefGap, logitGap }: PrecisionStep): string[] => [
  String(step),
  `${alike} of ${open}`,
  shareText(beliefGap),
  shareText(logitGap),
]

/** Whether and when each solved the puzzle, and what a step took. */
export function outcomeText(steps: readonly PrecisionStep[]): string {
  const [first, second] = (['first', 'second'] as const).map((side) => ({
    at: steps.find((step) => step[side].solved)?.step,
    pace: durationText(median(steps.map((step) => step[side].milliseconds))),
  }))
  const paces = `A step takes ${first.pace} in int8, ${second.pace} in float32.`
  if (first.at === undefined && second.at === undefined)
    return `Neither solves it within ${steps.length} steps. ${paces}`
  if (first.at === second.at) return `Both solve it at step ${first.at}. ${paces}`
  const told = (name: string, at: number | undefined) => (at ? `${name} solves it at step ${at}` : `${name} does not`)
  return `${told('Int8', first.at)}; ${told('float32', second.at)}. ${paces}`
}

function shareText(share: number): string {
  const percent = share * 100
  if (percent >= 10) return `${Math.round(percent)}%`
  return percent > 0 && percent < 0.1 ? 'below 0.1%' : `${percent.toFixed(1)}%`
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}
