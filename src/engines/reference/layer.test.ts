import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectSameBits } from '../../../tests/helpers/bits.ts'
import type { Int8Matrix } from '../../weights/model.ts'
import { addNorm, attention, linear, quantiseRow, type Rows } from './layer.ts'

const f = Math.fround

const rows = (cols: number, ...values: number[]): Rows => ({ cols, data: Float32Array.from(values) })
const matrix = (cols: number, data: number[], scale: number[]): Int8Matrix => ({
  rows: scale.length,
  cols,
  data: Int8Array.from(data),
  scale: Float32Array.from(scale),
})
const quantise = (...values: number[]) => {
  const q = new Int8Array(values.length).fill(99)
  const s = quantiseRow(Float32Array.from(values), q)
  return { q: [...q], s }
}

describe('quantiseRow', () => {
  it('maps the largest value to 63', () => {
    expect(quantise(63, -63, 1, 0)).toEqual({ q: [63, -63, 1, 0], s: 1 })
    expect(quantise(-126, 63, 2, 0)).toEqual({ q: [-63, 32, 1, 0], s: 2 })
  })

  it('rounds half to even', () => {
    expect(quantise(63, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 61.5).q).toEqual([63, 0, 2, 2, 0, -2, -2, 62])
  })

  it('gives a row of zeros, or of less than 2^-100, the scale 0', () => {
    expect(quantise(0, -0, 0, 0)).toEqual({ q: [0, 0, 0, 0], s: 0 })
    expect(quantise(2 ** -101, -(2 ** -120), 0, 0)).toEqual({ q: [0, 0, 0, 0], s: 0 })
    expect(quantise(2 ** -100, 0, 0, 0)).toEqual({ q: [63, 0, 0, 0], s: f(2 ** -100 / 63) })
  })

  it('stays within -63..63, half a step from the value', () => {
    const value = fc.float({ min: f(-1e30), max: f(1e30), noNaN: true })
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 32 }), (values) => {
        const { q, s } = quantise(...values)
        values.forEach((v, i) => {
          expect(Math.abs(q[i])).toBeLessThanOrEqual(63)
          if (s > 0) expect(Math.abs(q[i] * s - v)).toBeLessThanOrEqual(0.5001 * s)
        })
      }),
      { numRuns: 1000 },
    )
  })
})

describe('linear', () => {
  it('multiplies integers, then by the two scales in turn', () => {
    // One row quantises to itself (scale 1), the other to 63, 21 (scale 3 / 63).
    const y = linear(rows(2, 63, 2, 3, 1), matrix(2, [127, -127, 1, 0, 0, 0], [0.5, 2, 0]))
    expect(y.cols).toBe(3)
    const s = f(3 / 63)
    const acc = 127 * 63 - 127 * 21
    expectSameBits(
      y.data,
      Float32Array.of((127 * 63 - 127 * 2) * 0.5, 126, 0, f(f(acc * s) * 0.5), f(f(63 * s) * 2), 0),
      'y',
    )
  })

  it('is exact where a sum in binary32 would drift: 4096 products of 127 * 63', () => {
    const n = 4096
    const x = { cols: n, data: new Float32Array(n).fill(63) }
    const w = { rows: 1, cols: n, data: new Int8Array(n).fill(127), scale: Float32Array.of(1) }
    const drifted = x.data.reduce((sum) => f(sum + 127 * 63), 0)
    expect(drifted).not.toBe(127 * 63 * n)
    expect(linear(x, w).data[0]).toBe(127 * 63 * n)
  })

  it('gives zeros for a row of zeros', () => {
    expectSameBits(linear(rows(2, 0, -0), matrix(2, [5, 6, -7, 8], [1, 1])).data, Float32Array.of(0, 0), 'y')
  })
})

describe('addNorm', () => {
  it('gives every row the mean square 1', () => {
    const x = rows(4, 1, 2, 3, 4, 0.5, 0, 0, 0)
    addNorm(x, rows(4, 1, 1, 1, 1, 0.5, 0, 0, 0), 1e-5)
    const square = (from: number) => x.data.slice(from, from + 4).reduce((sum, v) => sum + v * v, 0) / 4
    expect(square(0)).toBeCloseTo(1, 4)
    expect(square(4)).toBeCloseTo(1, 4)
    expect(x.data[1] / x.data[0]).toBeCloseTo(1.5, 5)
  })

  it('rounds as docs/numerics.md says: square root, then division, then product', () => {
    const x = rows(4, 1, 2, 3, 5)
    addNorm(x, rows(4, 0, 0, 0, 0), 1e-5)
    const r = f(1 / f(Math.sqrt(f(f(39 / 4) + f(1e-5)))))
    expectSameBits(x.data, Float32Array.of(r, f(2 * r), f(3 * r), f(5 * r)), 'x')
  })

  it('keeps zeros, and turns squares over the range into zeros', () => {
    const zero = rows(4, 0, 0, 0, 0)
    addNorm(zero, rows(4, 0, 0, 0, 0), 1e-5)
    expect([...zero.data]).toEqual([0, 0, 0, 0])
    const huge = rows(4, 1e30, 1, 0, 0)
    addNorm(huge, rows(4, 0, 0, 0, 0), 1e-5)
    expect([...huge.data]).toEqual([0, 0, 0, 0])
  })
})

describe('attention', () => {
  /** Three tokens, one head of size 4: q and k zero, so that every score is equal; v as given. */
  const flat = (v: number[][]): Rows => rows(12, ...v.flatMap((row) => [0, 0, 0, 0, 0, 0, 0, 0, ...row]))
  const values = [
    [3, 0, 1, -1],
    [6, 0, 1, -1],
    [9, 3, 1, -2],
  ]
  const table = (width: number, ...indices: number[]) => [{ width, indices: Int32Array.from(indices) }]

  it('averages equal scores over the list alone', () => {
    const out = attention(flat(values), 1, table(2, 0, 1, 1, 2, 2, 2), undefined)
    expect([...out.data]).toEqual([4.5, 0, 1, -1, 7.5, 1.5, 1, -1.5, 9, 3, 1, -2])
  })

  it('reads all tokens without a table', () => {
    const all = table(3, 0, 1, 2, 0, 1, 2, 0, 1, 2)
    const full = attention(flat(values), 1, [], undefined)
    expectSameBits(full.data, attention(flat(values), 1, all, undefined).data, 'full')
    expect(full.data[0]).toBeCloseTo(6, 5)
  })

  it('leaves -1 out wherever it stands, and gives zeros for a list of nothing else', () => {
    const out = attention(flat(values), 1, table(3, -1, 0, -1, 1, -1, 2, -1, -1, -1), undefined)
    expect([...out.data]).toEqual([3, 0, 1, -1, 7.5, 1.5, 1, -1.5, 0, 0, 0, 0])
  })

  it('is not misled by what an entry before left behind', () => {
    // Token 0 has full scores; token 1 has holes where those stood.
    const out = attention(flat(values), 1, table(3, 0, 1, 2, -1, 1, -1, 0, 1, 2), undefined)
    expect([...out.data.slice(4, 8)]).toEqual(values[1])
  })

  it('adds the bias by place in the list, which may be longer than the list', () => {
    // ln 3 at the second of two places, one unused place behind: weights 1 : 3.
    const out = attention(flat(values), 1, table(2, 0, 1, 1, 2, 2, 0), Float32Array.of(0, Math.log(3), 99))
    expect(out.data[0]).toBeCloseTo((3 + 3 * 6) / 4, 5)
    expect(out.data[4]).toBeCloseTo((6 + 3 * 9) / 4, 5)
    expect(out.data[8]).toBeCloseTo((9 + 3 * 3) / 4, 5)
  })

  it('weighs by the scaled product of q and k, each head by its own', () => {
    // Two heads of size 4, two tokens. Head 0 of token 0 looks for token 1; head 1 sees no difference.
    const x = rows(
      24,
      ...[8, 0, 0, 0, 0, 0, 0, 0],
      ...[0, 0, 0, 0, 0, 0, 0, 0],
      ...[1, 1, 1, 1, 1, 1, 1, 1],
      ...[0, 0, 0, 0, 0, 0, 0, 0],
      ...[1, 0, 0, 0, 0, 0, 0, 0],
      ...[2, 2, 2, 2, 2, 2, 2, 2],
    )
    const out = attention(x, 2, [], undefined)
    // Score 8 * 1 / sqrt(4) = 4 against 0.
    const p = Math.exp(4) / (1 + Math.exp(4))
    expect(out.data[0]).toBeCloseTo(1 + p, 5)
    expect(out.data[4]).toBe(1.5)
  })
})
