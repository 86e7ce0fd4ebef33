import { expect } from 'vitest'
import { packedBytes, packMatrix } from '../src/engines/wasm/pack.ts'
import type { KernelBuild } from '../src/platform/platform.ts'
import { TestMemory } from './test-memory.ts'

const f = Math.fround
const roundUp = (n: number, to: number) => Math.ceil(n / to) * to

/** Every way to multiply: its name, the build that has it, and `multiply`'s `pair`. */
export const VARIANTS: [name: string, build: KernelBuild, pair: number][] = [
  ['dot', 'relaxed', 0],
  ['pair', 'relaxed', 1],
  ['wide', 'simd128', 0],
]

export interface Product {
  /** `[m][k]`, -63..63 */
  q: Int8Array
  rowScales: Float32Array
  /** `[n][k]`, -128..127 */
  w: Int8Array
  columnScales: Float32Array
}

/** docs/numerics.md, "Quantised matrix product", steps 3 and 4. */
export function twin({ q, rowScales, w, columnScales }: Product): Float32Array {
  const [m, n] = [rowScales.length, columnScales.length]
  const k = q.length / m
  return Float32Array.from({ length: m * n }, (_, i) => {
    const [row, column] = [Math.floor(i / n), i % n]
    let acc = 0
    for (let j = 0; j < k; j++) acc += w[column * k + j] * q[row * k + j]
    return f(f(f(acc) * rowScales[row]) * columnScales[column])
  })
}

/** Activations as wasm/assembly/quantise.ts draws them. */
function pack(q: Int8Array, rows: number, k: number, build: KernelBuild): Uint8Array {
  const out = new Uint8Array(rows * k * (build === 'relaxed' ? 1 : 2))
  const view = new DataView(out.buffer)
  for (let i = 0; i < q.length; i++) {
    const [row, j] = [Math.floor(i / k), i % k]
    const step = (row >> 2) * (k / 4) + (j >> 2)
    if (build === 'relaxed') out[16 * step + 4 * (row & 3) + (j & 3)] = q[i] + 64
    else view.setInt16(32 * step + 16 * ((j & 3) >> 1) + 4 * (row & 3) + 2 * (j & 1), q[i], true)
  }
  return out
}

/** Runs the kernel on a product whose k is a multiple of 4. `base`: what is added to. */
export function multiply(
  { q, rowScales, w, columnScales }: Product,
  build: KernelBuild,
  pair: number,
  base?: Float32Array,
) {
  const [m, n] = [rowScales.length, columnScales.length]
  const k = q.length / m
  const [rows, columns] = [roundUp(m, 4), roundUp(n, 8)]
  const memory = new TestMemory(build, 2 + Math.ceil((2 * w.length + 8 * rows * (columns + k)) / 65536))
  const packed = memory.constant(pack(q, rows, k, build))
  const scales = memory.constant(Float32Array.from({ length: rows }, (_, i) => rowScales[i] ?? 0))
  const matrix = new ArrayBuffer(packedBytes(columns, k))
  const source = (column: number) => (column < n ? column : -1)
  packMatrix({ rows: n, cols: k, data: w, scale: columnScales }, columns, source, build, matrix, 0)
  const panel = memory.constant(new Uint8Array(matrix))
  const before = new Float32Array(rows * columns)
  base?.forEach((v, i) => {
    before[Math.floor(i / n) * columns + (i % n)] = v
  })
  const out = memory.put(before)
  memory.kernels.gemm(pair, packed, scales, panel, columns / 8, k / 4, rows / 4, out, 4 * columns, base ? 1 : 0)
  memory.check()
  const all = memory.floats(out, rows * columns)
  const rowOf = (r: number) => all.subarray(r * columns, (r + 1) * columns)
  for (let r = 0; r < m; r++)
    expect(
      rowOf(r)
        .subarray(n)
        .every((v) => v === 0),
    ).toBe(true)
  return Float32Array.from({ length: m * n }, (_, i) => rowOf(Math.floor(i / n))[i % n])
}

/** A product of full-range integers; rows and columns with scale 1 are exact. */
export function product(m: number, n: number, k: number, seed: number, scales: 'one' | 'any'): Product {
  let state = seed
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return state >>> 8
  }
  const scale = () => (scales === 'one' ? 1 : f((1 + (next() % 9999)) / 3e5))
  return {
    q: Int8Array.from({ length: m * k }, () => (next() % 127) - 63),
    rowScales: Float32Array.from({ length: m }, scale),
    w: Int8Array.from({ length: n * k }, () => (next() % 256) - 128),
    columnScales: Float32Array.from({ length: n }, scale),
  }
}

/** Zeros behind every row, up to a multiple of 4: how a k that is none gets to the kernel. */
export function padK(p: Product, k: number): Product {
  const padded = roundUp(k, 4)
  const pad = (x: Int8Array) => {
    const out = new Int8Array((x.length / k) * padded)
    x.forEach((v, i) => {
      out[Math.floor(i / k) * padded + (i % k)] = v
    })
    return out
  }
  return { ...p, q: pad(p.q), w: pad(p.w) }
}
