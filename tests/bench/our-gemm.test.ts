import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { nearest } from '../../src/numerics/float.ts'
import { createRandom } from '../../src/numerics/random.ts'
import type { Int8Matrix } from '../../src/weights/model.ts'
import { createGemmFactory } from './our-gemm.ts'

/** docs/numerics.md, "Quantised matrix product". */
function product(m: number, w: Int8Matrix, x: Float32Array): Float32Array {
  const f = Math.fround
  const y = new Float32Array(m * w.rows)
  for (let r = 0; r < m; r++) {
    const row = x.subarray(r * w.cols, (r + 1) * w.cols)
    const amax = row.reduce((max, v) => Math.max(max, Math.abs(v)), 0)
    const q = Array.from(row, (v) => nearest(f(v * f(63 / amax))))
    for (let n = 0; n < w.rows; n++) {
      let acc = 0
      for (let k = 0; k < w.cols; k++) acc += w.data[n * w.cols + k] * q[k]
      y[r * w.rows + n] = f(f(f(acc) * f(amax / 63)) * w.scale[n])
    }
  }
  return y
}

test.each([
  { m: 5, k: 32, n: 96 },
  { m: 129, k: 512, n: 64 },
])('the timed product is the product of docs/numerics.md, to the bit: %j', async (shape) => {
  const random = createRandom(3)
  const x = Float32Array.from({ length: shape.m * shape.k }, () => 2 * random.next() - 1)
  const weights: Int8Matrix = {
    rows: shape.n,
    cols: shape.k,
    data: Int8Array.from({ length: shape.k * shape.n }, () => Math.round(254 * random.next()) - 127),
    scale: Float32Array.from({ length: shape.n }, () => random.next()),
  }
  const file = (build: string) => new URL(`../../dist/wasm/kernels-${build}.wasm`, import.meta.url)
  const createGemm = await createGemmFactory(async (build) => WebAssembly.compile(await readFile(file(build))))
  const gemm = await createGemm(shape, weights, x)
  gemm.run()
  gemm.run()
  expect(gemm.y()).toEqual(product(shape.m, weights, x))
})
