import type { Random } from '../numerics/random.ts'
import type { Model } from '../weights/model.ts'

/** Spread of a noised start, in units of the states' own (each row of a state has mean square 1). */
const SIGMA = 0.5

/**
 * A carry that starts every token at H_init and L_init plus uniform noise of standard deviation SIGMA
 * (PTRM, arXiv 2605.19943, draws normal noise; uniform needs no transcendental function).
 * @returns `[2][puzzle_emb_len + tokens][hidden_size]`
 */
export function noisedCarry({ config, hInit, lInit }: Model, tokens: number, random: Random): Float32Array {
  const d = config.hidden_size
  const half = (config.puzzle_emb_len + tokens) * d
  const width = 2 * Math.sqrt(3) * SIGMA
  return Float32Array.from({ length: 2 * half }, (_, i) => {
    const init = i < half ? hInit[i % d] : lInit[i % d]
    return init + width * (random.next() - 0.5)
  })
}
