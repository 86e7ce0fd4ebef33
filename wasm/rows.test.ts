import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { addNorm, quantiseRow } from '../src/engines/reference/layer.ts'
import { silu } from '../src/numerics/float.ts'
import type { KernelBuild } from '../src/platform/platform.ts'
import { expectSameBits } from '../tests/helpers/bits.ts'
import { BUILDS, loadTestKernels, TestMemory } from './test-memory.ts'

// Kernels that take whole rows: quantise, RMS norm, injection, SwiGLU. Twins: src/engines/reference/layer.ts.

const EPS = 1e-5

/** What rows may hold: numbers of any size, zeros of both signs, and values at and around half a step. */
const float = fc.oneof(
  { weight: 6, arbitrary: fc.float({ min: -4, max: 4, noNaN: true }) },
  fc.float({ min: -65504, max: 65504, noNaN: true }),
  fc.constantFrom(0, -0, 0.5, -0.5, 1.5, 2.5, 63, -63, 1, 2 ** -100, -(2 ** -100), 2 ** -101, 1e-38, 2 ** -149),
)
/** Rows times columns, of 1 to 3 tiles. */
const rowsOf = fc.record({
  tiles: fc.integer({ min: 1, max: 3 }),
  columns: fc.integer({ min: 1, max: 12 }).map((n) => 4 * n),
  /** Floats between rows beyond the columns. */
  gap: fc.constantFrom(0, 4),
})
const matrix = rowsOf.chain((shape) =>
  fc
    .array(fc.array(float, { minLength: shape.columns, maxLength: shape.columns }), {
      minLength: 4 * shape.tiles,
      maxLength: 4 * shape.tiles,
    })
    .map((rows) => ({ ...shape, rows: rows.map((row) => Float32Array.from(row)) })),
)

/** Whole rows of zeros, and rows too small to have a scale. */
const withDeadRows = (rows: Float32Array[]) =>
  rows.map((row, i) => (i % 4 === 1 ? row.fill(i === 1 ? 0 : 2 ** -120) : row))

const GAP = 7

/** Rows at a stride, the gaps filled with GAP. */
function spread(rows: readonly Float32Array[], stride: number): Float32Array {
  const out = new Float32Array(rows.length * stride).fill(GAP)
  rows.forEach((row, i) => {
    out.set(row, i * stride)
  })
  return out
}

/** A kernel's rows, after checking that it left the gaps alone. */
function collect(memory: TestMemory, at: number, rows: number, columns: number, stride: number): Float32Array[] {
  const all = memory.floats(at, rows * stride)
  return Array.from({ length: rows }, (_, i) => {
    expect(all.subarray(i * stride + columns, (i + 1) * stride).every((v) => v === GAP)).toBe(true)
    return all.subarray(i * stride, i * stride + columns)
  })
}

/** q of one row out of the packed activations: wasm/assembly/quantise.ts. */
function unpack(memory: TestMemory, packed: number, row: number, columns: number, build: KernelBuild): Float32Array {
  const view = new DataView(memory.buffer)
  return Float32Array.from({ length: columns }, (_, k) => {
    const step = (row >> 2) * (columns / 4) + (k >> 2)
    if (build === 'relaxed') return view.getUint8(packed + 16 * step + 4 * (row & 3) + (k & 3)) - 64
    return view.getInt16(packed + 32 * step + 16 * ((k & 3) >> 1) + 4 * (row & 3) + 2 * (k & 1), true)
  })
}

beforeAll(loadTestKernels)

describe.each(BUILDS)('rows, %s', (build) => {
  const outputs = (memory: TestMemory, rows: number, columns: number) => ({
    factors: memory.take(8 * rows),
    packed: memory.take(rows * columns * (build === 'relaxed' ? 1 : 2)),
    scales: memory.take(4 * rows),
  })

  /** The rows quantised as docs/numerics.md says, against what a kernel wrote. */
  const expectQuantised = (
    memory: TestMemory,
    { packed, scales }: { packed: number; scales: number },
    rows: readonly Float32Array[],
  ) => {
    const got = memory.floats(scales, rows.length)
    rows.forEach((row, i) => {
      const q = new Int8Array(row.length)
      const scale = quantiseRow(row, q)
      expectSameBits(got.subarray(i, i + 1), Float32Array.of(scale), `scale of row ${i}`)
      expect(unpack(memory, packed, i, row.length, build), `row ${i}`).toEqual(Float32Array.from(q))
    })
  }

  it('quantise', () => {
    fc.assert(
      fc.property(matrix, ({ tiles, columns, gap, rows }) => {
        withDeadRows(rows)
        const memory = new TestMemory(build, 2)
        const x = memory.constant(spread(rows, columns + gap))
        const out = outputs(memory, rows.length, columns)
        memory.kernels.quantise(x, 4 * (columns + gap), 4 * columns, tiles, out.factors, out.packed, out.scales)
        memory.check()
        expectQuantised(memory, out, rows)
      }),
      { numRuns: 300, seed: 3 },
    )
  })

  it('rms, and rms with quantise', () => {
    fc.assert(
      fc.property(matrix, ({ tiles, columns, gap, rows }) => {
        withDeadRows(rows)
        const want = rows.map((row) => {
          // -0 comes out of no addition of the engine, and not of the twin's.
          const x = row.map((v) => v + 0)
          addNorm({ cols: columns, data: x }, { cols: columns, data: new Float32Array(columns) }, EPS)
          return x
        })
        const memory = new TestMemory(build, 2)
        const start = spread(
          rows.map((row) => row.map((v) => v + 0)),
          columns + gap,
        )
        const plain = memory.put(start)
        const z = memory.put(start)
        const out = outputs(memory, rows.length, columns)
        const stride = 4 * (columns + gap)
        memory.kernels.rms(plain, stride, 4 * columns, EPS, tiles)
        memory.kernels.rmsQuantise(z, stride, 4 * columns, EPS, tiles, out.factors, out.packed, out.scales)
        memory.check()
        for (const at of [plain, z]) {
          collect(memory, at, rows.length, columns, columns + gap).forEach((row, i) => {
            expectSameBits(row, want[i], `row ${i}`)
          })
        }
        expectQuantised(memory, out, want)
      }),
      { numRuns: 300, seed: 4 },
    )
  })

  it('rms of a row whose squares overflow is 0', () => {
    const memory = new TestMemory(build, 2)
    const z = memory.put(new Float32Array(4 * 8).fill(2e19))
    const out = outputs(memory, 4, 8)
    memory.kernels.rmsQuantise(z, 32, 32, EPS, 1, out.factors, out.packed, out.scales)
    memory.check()
    expectSameBits(memory.floats(z, 32), new Float32Array(32), 'z')
    expectQuantised(memory, out, [new Float32Array(8)])
  })

  it.each(['z + a', 'z + (a + b)'])('inject: %s', (form) => {
    fc.assert(
      fc.property(matrix, ({ tiles, columns, gap, rows }) => {
        const stride = columns + gap
        const a = rows.map((row) => row.map((v, i) => v / 3 + i))
        const b = rows.map((row) => row.map((v, i) => 1e-3 * i - v))
        const want = rows.map((row, r) =>
          row.map((v, i) => v + (form === 'z + a' ? a[r][i] : Math.fround(a[r][i] + b[r][i]))),
        )
        const memory = new TestMemory(build, 2)
        const z = memory.put(spread(rows, stride))
        const aAt = memory.constant(spread(a, stride))
        const bAt = form === 'z + a' ? 0 : memory.constant(spread(b, stride))
        const out = outputs(memory, rows.length, columns)
        memory.kernels.injectQuantise(z, aAt, bAt, 4 * stride, 4 * columns, tiles, out.factors, out.packed, out.scales)
        memory.check()
        collect(memory, z, rows.length, columns, stride).forEach((row, i) => {
          expectSameBits(row, want[i], `row ${i}`)
        })
        expectQuantised(memory, out, want)
      }),
      { numRuns: 200, seed: 5 },
    )
  })

  it('SwiGLU with quantise', () => {
    fc.assert(
      fc.property(matrix, ({ tiles, columns, gap, rows }) => {
        // Gate and up stand half a row apart.
        const half = columns + gap
        const up = rows.map((row) => row.map((v, i) => 2 - v / 5 + i))
        const both = rows.map((row, r) => {
          const out = new Float32Array(2 * half).fill(GAP)
          out.set(row)
          out.set(up[r], half)
          return out
        })
        const memory = new TestMemory(build, 2)
        const gateUp = memory.put(spread(both, 2 * half))
        const scratch = memory.take(8 * columns)
        const out = outputs(memory, rows.length, columns)
        memory.kernels.swigluQuantise(
          gateUp,
          8 * half,
          4 * columns,
          tiles,
          scratch,
          out.factors,
          out.packed,
          out.scales,
        )
        memory.check()
        const want = rows.map((row, r) => row.map((v, i) => silu(v) * up[r][i]))
        collect(memory, gateUp, rows.length, 2 * half, 2 * half).forEach((row, i) => {
          expectSameBits(row.subarray(0, columns), want[i], `row ${i}`)
          expectSameBits(row.subarray(half, half + columns), up[i], `up of row ${i}`)
        })
        expectQuantised(memory, out, want)
      }),
      { numRuns: 300, seed: 6 },
    )
  })
})
