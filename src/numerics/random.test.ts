import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from './random.ts'

const draws = (seed: number, n: number) => {
  const random = createRandom(seed)
  return Array.from({ length: n }, () => random.next())
}

describe('createRandom', () => {
  it('starts with these values for ever: a solve must be reproducible across versions', () => {
    expect(draws(0, 4).map((x) => x * 2 ** 24)).toEqual([6578768, 14270585, 11482670, 8366217])
    expect(draws(2 ** 40 + 7, 2).map((x) => x * 2 ** 24)).toEqual([1039333, 13771892])
  })

  it('draws multiples of 2^-24 in [0, 1)', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (seed) => {
        for (const x of draws(seed, 8)) {
          expect(x).toBeGreaterThanOrEqual(0)
          expect(x).toBeLessThan(1)
          expect(Number.isInteger(x * 2 ** 24)).toBe(true)
        }
      }),
    )
  })

  it('depends on every bit of a seed of 53 bits', () => {
    const base = 0x12_3456_789a_bcde
    const plain = draws(base, 2)
    for (let bit = 0; bit < 53; bit++) {
      const flipped = Number(BigInt(base) ^ (1n << BigInt(bit)))
      expect(draws(flipped, 2), `bit ${bit}`).not.toEqual(plain)
    }
  })

  it('fills [0, 1) evenly', () => {
    const buckets = new Array<number>(16).fill(0)
    for (const x of draws(1, 16_000)) buckets[Math.floor(x * 16)]++
    // Standard deviation of a bucket is about 31: 150 is nearly five of them.
    for (const n of buckets) expect(Math.abs(n - 1000)).toBeLessThan(150)
  })
})
