import { describe, expect, it } from 'vitest'
import { bitsOf } from '../../tests/helpers/bits.ts'
import { OFFICIAL } from '../../tests/helpers/configs.ts'
import { tinyModel } from '../../tests/helpers/weights-file.ts'
import { createRandom } from '../numerics/random.ts'
import { noisedCarry } from './noise.ts'

describe('noisedCarry', () => {
  const model = tinyModel(OFFICIAL)
  const carry = (seed: number, tokens = OFFICIAL.seq_len) => noisedCarry(model, tokens, createRandom(seed))
  /** What was added to the initial states. */
  const noise = (seed: number, tokens?: number) =>
    carry(seed, tokens).map((v, i, all) => v - (i < all.length / 2 ? model.hInit : model.lInit)[i % 16])

  it('has a row for every token and prefix token, of both states', () => {
    expect(carry(1).length).toBe(2 * (2 + 16) * 16)
    expect(carry(1, 81).length).toBe(2 * (2 + 81) * 16)
  })

  it('is the same for the same seed, and another for another', () => {
    expect(bitsOf(carry(5))).toEqual(bitsOf(carry(5)))
    expect(bitsOf(carry(5))).not.toEqual(bitsOf(carry(6)))
  })

  it('is spread evenly around the initial states with a deviation of a half', () => {
    const values = noise(2, 2000)
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length
    const deviation = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length)
    expect(mean).toBeCloseTo(0, 1)
    expect(deviation).toBeCloseTo(0.5, 2)
    expect(Math.max(...values.slice(0, 5000))).toBeLessThanOrEqual(Math.sqrt(3) / 2 + 1e-6)
  })
})
