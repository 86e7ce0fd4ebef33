import { beforeAll, inject, it } from 'vitest'
import { createRandom } from '../../src/numerics/random.ts'
import { multiply, product, twin, VARIANTS } from '../../wasm/gemm-twin.ts'
import { loadTestKernels } from '../../wasm/test-memory.ts'
import { expectSameBits } from '../helpers/bits.ts'

beforeAll(loadTestKernels)

it.each(VARIANTS)('%s: dot products of random sizes and values are those of the scalar twin', (_, build, pair) => {
  const random = createRandom(5)
  const upTo = (n: number) => 1 + Math.floor(random.next() * n)
  for (let dots = 0, seed = 1; dots < inject('dots'); seed++) {
    const [m, n, k] = [upTo(32), upTo(96), 4 * upTo(64)]
    const p = product(m, n, k, seed, 'any')
    expectSameBits(multiply(p, build, pair), twin(p), `seed ${seed}: ${m} x ${n} x ${k}`)
    dots += m * n
  }
})
