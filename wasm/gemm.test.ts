import fc from 'fast-check'
import { beforeAll, describe, it } from 'vitest'
import { expectSameBits } from '../tests/helpers/bits.ts'
import { multiply, padK, product, twin, VARIANTS } from './gemm-twin.ts'
import { loadTestKernels } from './test-memory.ts'

beforeAll(loadTestKernels)

describe.each(VARIANTS)('gemm, %s', (_, build, pair) => {
  it('is exact for every m, n and k up to twice the tile', () => {
    // A tile of `dot` is half of 12 rows.
    for (let m = 1; m <= 24; m++) {
      for (let n = 1; n <= 16; n++) {
        for (let k = 1; k <= 8; k++) {
          const p = product(m, n, k, 100 * m + 10 * n + k, 'one')
          expectSameBits(multiply(padK(p, k), build, pair), twin(p), `${m} x ${n} x ${k}`)
        }
      }
    }
  })

  it.each([
    ['shipped, qkv', 97, 96, 32],
    ['shipped, o', 97, 32, 32],
    ['shipped, gate|up', 97, 192, 32],
    ['shipped, down', 97, 32, 96],
    ['official, qkv', 5, 1536, 512],
    ['official, o', 5, 512, 512],
    ['official, gate|up', 5, 3072, 512],
    ['official, down', 5, 512, 1536],
    ['largest k', 1, 8, 4096],
  ])('is exact for %s', (_, m, n, k) => {
    const p = product(m, n, k, 7, 'any')
    expectSameBits(multiply(p, build, pair), twin(p), 'y')
  })

  it('is exact at the ends of the range', () => {
    for (const w of [-128, -127, 127]) {
      for (const q of [-63, 63]) {
        const p = product(5, 9, 64, 1, 'one')
        p.w.fill(w)
        p.q.fill(q)
        expectSameBits(multiply(p, build, pair), twin(p), `w ${w}, q ${q}`)
      }
    }
  })

  it('multiplies by both scales in order, and adds to what is there', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 13 }), fc.integer({ min: 1, max: 20 }), (seed, m, n) => {
        const p = product(m, n, 24, seed, 'any')
        const y = twin(p)
        expectSameBits(multiply(p, build, pair), y, 'y')
        const base = Float32Array.from(y, (v, i) => Math.sin(i) + v / 3)
        const sum = y.map((v, i) => base[i] + v)
        expectSameBits(multiply(p, build, pair, base), sum, 'base + y')
      }),
      { numRuns: 60, seed: 1 },
    )
  })
})
