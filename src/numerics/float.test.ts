import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dot4, exp32, nearest, sigmoid, silu, softmax, sum4 } from './float.ts'

const f = Math.fround
const float = fc.float({ noNaN: true, noDefaultInfinity: true })
const smallFloat = fc.float({ min: -1000, max: 1000, noNaN: true })

/** Largest relative error of exp32 that docs/numerics.md promises. */
const EXP_ERROR = 2e-7

describe('nearest', () => {
  it.each([
    [0.5, 0],
    [1.5, 2],
    [2.5, 2],
    [-0.5, 0],
    [-1.5, -2],
    [-2.5, -2],
    [62.5, 62],
    [0.49999997, 0],
    [0.50000006, 1],
    [-126.5, -126],
    [127.5, 128],
    [2 ** 31 + 0.5, 2 ** 31],
  ])('rounds %f to %i', (x, want) => {
    expect(nearest(x) === want).toBe(true)
  })

  it('is never further than a half off, and even when exactly a half', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), (x) => {
        const n = nearest(x)
        expect(Number.isInteger(n)).toBe(true)
        expect(Math.abs(x - n)).toBeLessThanOrEqual(0.5)
        if (Math.abs(x - n) === 0.5) expect(Math.abs(n % 2)).toBe(0)
      }),
    )
  })
})

describe('exp32', () => {
  const relativeError = (x: number) => Math.abs(exp32(x) - Math.exp(x)) / Math.exp(x)

  it('is exactly 1 at 0 and at -0', () => {
    expect(exp32(0)).toBe(1)
    expect(exp32(-0)).toBe(1)
  })

  it('is within 2e-7 of e^x over a dense sweep of its range', () => {
    let worst = 0
    for (let i = 0; i <= 350_000; i++) worst = Math.max(worst, relativeError(f(-87 + i / 2000)))
    expect(worst).toBeLessThan(EXP_ERROR)
  })

  it('is within 2e-7 of e^x for any float of its range', () => {
    fc.assert(
      fc.property(fc.float({ min: -87, max: 88, noNaN: true }), (x) => {
        expect(relativeError(x)).toBeLessThan(EXP_ERROR)
      }),
      { numRuns: 5000 },
    )
  })

  it('grows with x over a sample of its range', () => {
    const falls: number[] = []
    for (let i = 1; i <= 175_000; i++) {
      if (exp32(f(-87 + i / 1000)) < exp32(f(-87 + (i - 1) / 1000))) falls.push(i)
    }
    expect(falls).toEqual([])
  })

  it('clamps to -87..88', () => {
    expect(exp32(-1000)).toBe(exp32(-87))
    expect(exp32(Number.NEGATIVE_INFINITY)).toBe(exp32(-87))
    expect(exp32(1000)).toBe(exp32(88))
    expect(exp32(Number.POSITIVE_INFINITY)).toBe(exp32(88))
    expect(exp32(88)).toBeLessThan(3.4e38)
    expect(exp32(-87)).toBeGreaterThanOrEqual(2 ** -126)
  })

  it('gives binary32 values', () => {
    fc.assert(fc.property(smallFloat, (x) => exp32(x) === f(exp32(x))))
  })
})

describe('silu', () => {
  it('is g / (1 + e^-g), and saturates without overflow', () => {
    expect(silu(0)).toBe(0)
    expect(silu(1)).toBeCloseTo(1 / (1 + Math.exp(-1)), 6)
    expect(silu(-3)).toBeCloseTo(-3 / (1 + Math.exp(3)), 6)
    expect(silu(2 ** 40)).toBe(2 ** 40)
    expect(Number.isFinite(silu(-(2 ** 40)))).toBe(true)
  })
})

describe('sigmoid', () => {
  it('is 1 / (1 + e^-x), within 0..1 and symmetric', () => {
    expect(sigmoid(0)).toBe(0.5)
    expect([sigmoid(1000), sigmoid(Number.POSITIVE_INFINITY)]).toEqual([1, 1])
    fc.assert(
      fc.property(smallFloat, (x) => {
        expect(sigmoid(x)).toBeCloseTo(1 / (1 + Math.exp(-x)), 6)
        expect(sigmoid(x) + sigmoid(-x)).toBeCloseTo(1, 6)
        expect(sigmoid(x)).toBeGreaterThanOrEqual(0)
        expect(sigmoid(x)).toBeLessThanOrEqual(1)
      }),
    )
  })
})

/** `sum4` of docs/numerics.md, spelled out with padding and four separate lanes. */
function sumSpelledOut(x: number[]): number {
  const padded = [...x]
  while (padded.length % 4 !== 0) padded.push(0)
  const lanes = [0, 1, 2, 3].map((lane) => {
    let sum = 0
    for (let i = lane; i < padded.length; i += 4) sum = f(sum + padded[i])
    return sum
  })
  return f(f(lanes[0] + lanes[2]) + f(lanes[1] + lanes[3]))
}

describe('sum4 and dot4', () => {
  it('add in the order of docs/numerics.md, for every length', () => {
    fc.assert(
      fc.property(fc.array(smallFloat, { maxLength: 41 }), (values) => {
        expect(Object.is(sum4(Float32Array.from(values), values.length), sumSpelledOut(values))).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('is not a sum from left to right, which would give 0 and 1 here', () => {
    expect(sum4(Float32Array.of(2 ** 24, 1, 1, -(2 ** 24)), 4)).toBe(1)
    expect(sum4(Float32Array.of(2 ** 24, 1, -(2 ** 24), 1), 4)).toBe(2)
  })

  it('multiply first, rounding every product', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(smallFloat, smallFloat), { maxLength: 41 }),
        fc.nat(5),
        fc.nat(5),
        (pairs, at, bt) => {
          const pad = (n: number) => Array.from({ length: n }, () => Number.NaN)
          const x = Float32Array.from([...pad(at), ...pairs.map(([a]) => a)])
          const y = Float32Array.from([...pad(bt), ...pairs.map(([, b]) => b)])
          const want = sumSpelledOut(pairs.map(([a, b]) => f(a * b)))
          expect(Object.is(dot4(x, at, y, bt, pairs.length), want)).toBe(true)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('give +0 for nothing', () => {
    expect(Object.is(sum4(new Float32Array(0), 0), 0)).toBe(true)
    expect(Object.is(dot4(new Float32Array(0), 0, new Float32Array(0), 0, 0), 0)).toBe(true)
  })
})

describe('softmax', () => {
  it('gives probabilities that sum to 1 and keep the order of the logits', () => {
    fc.assert(
      fc.property(fc.array(float, { minLength: 1, maxLength: 16 }), (values) => {
        const out = new Float32Array(values.length)
        softmax(Float32Array.from(values), 0, values.length, out, 0)
        expect(out.reduce((a, b) => a + b)).toBeCloseTo(1, 5)
        for (let i = 0; i < values.length; i++) {
          for (let j = 0; j < values.length; j++)
            if (values[i] > values[j]) expect(out[i]).toBeGreaterThanOrEqual(out[j])
        }
      }),
    )
  })

  it('reads and writes only where it is told', () => {
    const out = new Float32Array(5).fill(-1)
    softmax(Float32Array.of(99, 1, 1, 99), 1, 2, out, 2)
    expect([...out]).toEqual([-1, -1, 0.5, 0.5, -1])
  })
})
