import { SUDOKU_SAMPLES } from '../../src/cli/samples.ts'
import type { LinearKind } from './linear-graph.ts'

/**
 * A board that the net solves in its first ACT step and a wrong graph does not. An easier one both solve, to the same
 * logits; one that stays undecided falls either way with a rounding.
 */
export const STEP_BOARD = SUDOKU_SAMPLES[9].board

/**
 * How far ONNX Runtime's logits may be from ours after the first ACT step (`relativeError`) to count as the same model,
 * and its product from ours. We quantise activations to seven bits a token, it to eight bits a tensor or not at all. On
 * `STEP_BOARD` that makes 0.01 on the shipped weights, where a wrong graph is off by more than 0.6, and 0.15 on random
 * ones of the official shape, where no training has smoothed anything and a wrong graph is off by 0.37 and more. A
 * product alone differs by 0.009.
 */
export const TOLERANCE = { trained: 0.12, random: 0.25, product: 0.02 } as const

/** `nbits4` rounds the weights themselves, so it is another model, and its difference is only reported. */
export const isSameModel = (kind: LinearKind): boolean => kind !== 'nbits4'

/** Root-mean-square of `a - b`, relative to how much `b` varies; what all logits have in common counts for nothing. */
export function relativeError(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) throw new Error(`${a.length} logits against ${b.length}`)
  const mean = (x: Float32Array) => x.reduce((sum, v) => sum + v, 0) / x.length
  const [meanA, meanB] = [mean(a), mean(b)]
  let difference = 0
  let size = 0
  for (let i = 0; i < b.length; i++) {
    difference += (a[i] - meanA - (b[i] - meanB)) ** 2
    size += (b[i] - meanB) ** 2
  }
  return Math.sqrt(difference / size)
}
