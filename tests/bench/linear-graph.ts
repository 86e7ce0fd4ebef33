import { type Graph, MICROSOFT } from '../../src/engines/webgpu/onnx.ts'
import type { Linear } from '../../src/engines/webgpu/step-graph.ts'
import type { Int8Matrix } from '../../src/weights/model.ts'

/**
 * How ONNX Runtime can hold the same int8 weights:
 * - `f32`: dequantised, MatMul
 * - `int8`: as they are, activations quantised per tensor at run time (what its own dynamic quantisation exports)
 * - `nbits8`, `nbits4`: MatMulNBits in blocks, accuracy level 4 (int8 activations); the 4-bit weights are ours rounded
 */
export const LINEAR_KINDS = ['f32', 'int8', 'nbits8', 'nbits4'] as const
export type LinearKind = (typeof LINEAR_KINDS)[number]

/** Writes `x [.., cols]` times the transpose of `w [rows][cols]`; a matrix used again is stored once. */
export function linears(g: Graph, kind: LinearKind): Linear {
  const made = new Map<Int8Matrix, StoredMatrix>()
  return (x, w) => {
    const matrix = made.get(w) ?? store(g, kind, w)
    made.set(w, matrix)
    return g.node(matrix.op, [x, ...matrix.inputs], matrix.attributes, matrix.domain)
  }
}

interface StoredMatrix {
  op: string
  inputs: string[]
  attributes?: Record<string, number>
  domain?: string
}

function store(g: Graph, kind: LinearKind, w: Int8Matrix): StoredMatrix {
  switch (kind) {
    case 'f32':
      return { op: 'MatMul', inputs: [g.floats([w.cols, w.rows], dequantisedColumns(w))] }
    case 'int8':
      return {
        op: 'DynamicQuantizeMatMul',
        inputs: [
          g.constant('int8', [w.cols, w.rows], columns(w)),
          g.floats([w.rows], w.scale),
          g.constant('int8', [w.rows], new Int8Array(w.rows)),
        ],
        domain: MICROSOFT,
      }
    case 'nbits8':
      return blockwise(g, w, 8)
    case 'nbits4':
      return blockwise(g, w, 4)
  }
}

/** `[cols][rows]`. */
function columns({ rows, cols, data }: Int8Matrix): Int8Array {
  const out = new Int8Array(rows * cols)
  for (let r = 0; r < rows; r++) for (let k = 0; k < cols; k++) out[k * rows + r] = data[r * cols + k]
  return out
}

function dequantisedColumns(w: Int8Matrix): Float32Array {
  return Float32Array.from(columns(w), (v, i) => v * w.scale[i % w.rows])
}

/** Block size that divides `cols`, as long as 32 goes into it. */
function blockSize(cols: number): number {
  const size = [128, 64, 32].find((b) => cols % b === 0)
  if (!size) throw new Error(`MatMulNBits wants a multiple of 32 columns, not ${cols}`)
  return size
}

/** Unsigned codes with the zero in the middle, which is the operator's default zero point. */
function blockwise(g: Graph, w: Int8Matrix, bits: 4 | 8): StoredMatrix {
  const block = blockSize(w.cols)
  const blocks = w.cols / block
  const top = bits === 8 ? 127 : 7
  const scales = new Float32Array(w.rows * blocks)
  const codes = new Uint8Array((w.data.length * bits) / 8)
  for (let b = 0; b < scales.length; b++) {
    const values = w.data.subarray(b * block, (b + 1) * block)
    const max = bits === 8 ? top : values.reduce((m, v) => Math.max(m, Math.abs(v)), 1)
    scales[b] = (w.scale[Math.floor(b / blocks)] * max) / top
    values.forEach((v, i) => {
      const code = Math.round((v * top) / max) + top + 1
      if (bits === 8) codes[b * block + i] = code
      else codes[(b * block + i) >> 1] |= code << (4 * (i & 1))
    })
  }
  return {
    op: 'MatMulNBits',
    inputs: [g.constant('uint8', [w.rows, blocks, (block * bits) / 8], codes), g.floats([scales.length], scales)],
    attributes: { K: w.cols, N: w.rows, bits, block_size: block, accuracy_level: 4 },
    domain: MICROSOFT,
  }
}
