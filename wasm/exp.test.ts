import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { exp32 } from '../src/numerics/float.ts'
import { expectSameBits } from '../tests/helpers/bits.ts'
import { BUILDS, loadTestKernels, TestMemory } from './test-memory.ts'

const f = Math.fround
const CHUNK = 65536

beforeAll(loadTestKernels)

describe.each(BUILDS)('exp, %s', (build) => {
  /** exp(x - max), as softmax calls it. */
  const expBelow = (x: Float32Array, max: number): Float32Array => {
    const memory = new TestMemory(build)
    const at = memory.put(x)
    const reduced = memory.take(4 * x.length)
    memory.kernels.reduceBelow(at, 4 * x.length, memory.constant(Float32Array.of(max)), reduced)
    memory.kernels.finishExp(at, 4 * x.length, reduced)
    memory.check()
    return memory.floats(at, x.length)
  }
  /** exp(-g), as SwiGLU calls it. */
  const expMinus = (g: Float32Array): Float32Array => {
    const memory = new TestMemory(build)
    const at = memory.constant(g)
    const [shifted, reduced] = [memory.take(4 * g.length), memory.take(4 * g.length)]
    memory.kernels.reduceMinus(at, 4 * g.length, shifted, reduced)
    memory.kernels.finishExp(shifted, 4 * g.length, reduced)
    memory.check()
    return memory.floats(shifted, g.length)
  }
  const chunks = (count: number, value: (i: number) => number, check: (x: Float32Array) => void) => {
    for (let first = 0; first < count; first += CHUNK) {
      check(Float32Array.from({ length: CHUNK }, (_, i) => value((first + i) / count)))
    }
  }

  it('equals exp32 below 0, densely', () => {
    chunks(
      2 ** 20,
      (u) => -92 * u,
      (x) => expectSameBits(expBelow(x, 0), x.map(exp32), 'exp'),
    )
  })

  it('equals exp32 of minus, densely', () => {
    chunks(
      2 ** 20,
      (u) => 190 * u - 95,
      (g) =>
        expectSameBits(
          expMinus(g),
          g.map((v) => exp32(-v)),
          'exp',
        ),
    )
  })

  it('equals exp32 on every float around each change of n, the clamps, 0 and the smallest and largest', () => {
    const centres = [0, 87, -87, 88, -88]
    for (let n = -127; n <= 128; n++) centres.push((n + 0.5) * Math.LN2, n * Math.LN2)
    const bits = new Int32Array(1)
    const float = new Float32Array(bits.buffer)
    const near = (x: number, step: number) => {
      float[0] = x
      bits[0] += step
      return float[0]
    }
    const steps = Array.from({ length: 31 }, (_, i) => i - 15)
    const around = centres.flatMap((x) => (x === 0 ? [] : steps.map((step) => near(x, step))))
    const edges = [0, -0, 2 ** -149, 2 ** -126, 3.4e38, 1e-30].flatMap((x) => [x, -x])
    const all = Float32Array.from([...around, ...edges])
    const padded = Float32Array.from({ length: Math.ceil(all.length / 4) * 4 }, (_, i) => all[i] ?? 0)
    expectSameBits(
      expMinus(padded),
      padded.map((g) => exp32(-g)),
      'exp(-g)',
    )
    const below = padded.map((x) => -Math.abs(x))
    expectSameBits(expBelow(below, 0), below.map(exp32), 'exp(x)')
    expect(exp32(0)).toBe(1)
  })

  it('subtracts the maximum with one rounding', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -1000, max: 1000, noNaN: true }), { minLength: 4, maxLength: 40 }),
        (values) => {
          const x = Float32Array.from(values.slice(0, values.length & ~3))
          const max = Math.max(...x)
          expectSameBits(
            expBelow(x, max),
            x.map((v) => exp32(f(v - max))),
            'exp',
          )
        },
      ),
      { numRuns: 200, seed: 2 },
    )
  })
})
