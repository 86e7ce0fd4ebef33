import fc from 'fast-check'
import { beforeAll, describe, it } from 'vitest'
import { dot4 } from '../src/numerics/float.ts'
import { createRandom } from '../src/numerics/random.ts'
import { expectSameBits } from '../tests/helpers/bits.ts'
import * as D from './assembly/descriptor.ts'
import { BUILDS, loadTestKernels, TestMemory } from './test-memory.ts'

const f = Math.fround

const cases = fc.record({
  hidden: fc.integer({ min: 1, max: 12 }).map((n) => 4 * n),
  tokens: fc.integer({ min: 1, max: 9 }),
  prefix: fc.integer({ min: 0, max: 2 }),
  outputs: fc.integer({ min: 1, max: 5 }),
  qOutputs: fc.integer({ min: 1, max: 2 }),
  seed: fc.nat(1e6),
})

beforeAll(loadTestKernels)

describe.each(BUILDS)('output heads, %s', (build) => {
  it.each(['mean', 'first'])('logits and halting values, q_pool %s', (pool) => {
    fc.assert(
      fc.property(cases, ({ hidden, tokens, prefix, outputs, qOutputs, seed }) => {
        const { next } = createRandom(seed)
        // A third of them -0 or 0, where the order of a sum shows in the sign.
        const random = (length: number) =>
          Float32Array.from({ length }, () => (next() < 0.3 ? (next() < 0.5 ? 0 : -0) : 2 * next() - 1))
        const all = prefix + tokens
        const stride = hidden + 4
        const z = random(all * stride)
        const [lmHead, qHead, qBias] = [random(outputs * hidden), random(qOutputs * hidden), random(qOutputs)]

        const memory = new TestMemory(build, 2)
        const descriptor = new Int32Array(D.DESCRIPTOR_BYTES / 4)
        const fields: [field: number, value: number][] = [
          [D.HIDDEN, hidden],
          [D.Z_STRIDE, 4 * stride],
          [D.TOKENS, all],
          [D.PREFIX, prefix],
          [D.OUTPUTS, outputs],
          [D.Q_OUTPUTS, qOutputs],
          [D.POOL_MEAN, pool === 'mean' ? 1 : 0],
          [D.POOL, memory.take(4 * hidden)],
          [D.LM_HEAD, memory.constant(lmHead)],
          [D.Q_HEAD, memory.constant(qHead)],
          [D.Q_BIAS, memory.constant(qBias)],
        ]
        for (const [field, value] of fields) descriptor[field / 4] = value
        const at = memory.constant(descriptor)
        const zAt = memory.constant(z)
        const [logits, q] = [memory.take(4 * tokens * outputs), memory.take(4 * qOutputs)]
        memory.kernels.writeLogits(at, zAt, logits)
        memory.kernels.writeHalting(at, zAt, q)
        memory.check()

        const wantLogits = Float32Array.from({ length: tokens * outputs }, (_, i) =>
          dot4(z, (prefix + Math.floor(i / outputs)) * stride, lmHead, (i % outputs) * hidden, hidden),
        )
        expectSameBits(memory.floats(logits, tokens * outputs), wantLogits, 'logits')
        const pooled = Float32Array.from({ length: hidden }, (_, i) => {
          if (pool === 'first') return z[i]
          let sum = 0
          for (let t = 0; t < all; t++) sum = f(sum + z[t * stride + i])
          return sum / all
        })
        const wantQ = Float32Array.from(qBias, (bias, i) => dot4(pooled, 0, qHead, i * hidden, hidden) + bias)
        expectSameBits(memory.floats(q, qOutputs), wantQ, 'q')
      }),
      { numRuns: 200, seed: 10 },
    )
  })
})

describe.each(BUILDS)('RoPE, %s', (build) => {
  it('rotates q and k of every head', () => {
    fc.assert(
      fc.property(
        fc.record({
          heads: fc.integer({ min: 1, max: 4 }),
          eighths: fc.integer({ min: 1, max: 8 }),
          seed: fc.nat(1e6),
        }),
        ({ heads, eighths, seed }) => {
          const dim = 8 * eighths
          const half = dim / 2
          const { next } = createRandom(seed)
          const random = (length: number) => Float32Array.from({ length }, () => 4 * next() - 2)
          const [row, cos, sin] = [random(heads * dim), random(dim), random(dim)]
          const memory = new TestMemory(build, 2)
          const at = memory.put(row)
          memory.kernels.rotateRow(at, heads, 4 * dim, memory.constant(cos), memory.constant(sin))
          memory.check()
          const want = row.map((x, i) => {
            const d = i % dim
            const rotated = d < half ? -row[i + half] : row[i - half]
            return f(x * cos[d]) + f(rotated * sin[d])
          })
          expectSameBits(memory.floats(at, row.length), want, 'row')
        },
      ),
      { numRuns: 200, seed: 11 },
    )
  })
})
