import { dot4, exp32, nearest, silu, sum4 } from '../../numerics/float.ts'
import type { ModelConfig } from '../../weights/config.ts'
import type { Int8Matrix, Layer, Model } from '../../weights/model.ts'
import type { AttentionTable } from '../engine.ts'

// One Transformer block of docs/numerics.md, written to be read beside that page, not to be fast.
const f = Math.fround

const SMALLEST_AMAX = 2 ** -100

/** Rows of floats, `[rows][cols]` row-major. */
export interface Rows {
  readonly cols: number
  readonly data: Float32Array
}

const makeRows = (rows: number, cols: number): Rows => ({ cols, data: new Float32Array(rows * cols) })

/** Quantised matrix product of every row of `x`: "linear" in docs/numerics.md. */
export function linear(x: Rows, w: Int8Matrix): Rows {
  const rows = x.data.length / x.cols
  const y = makeRows(rows, w.rows)
  const q = new Int8Array(w.cols)
  for (let t = 0; t < rows; t++) {
    const s = quantiseRow(x.data.subarray(t * x.cols, (t + 1) * x.cols), q)
    for (let n = 0; n < w.rows; n++) {
      let acc = 0
      for (let k = 0; k < w.cols; k++) acc += w.data[n * w.cols + k] * q[k]
      y.data[t * w.rows + n] = f(f(f(acc) * s) * w.scale[n])
    }
  }
  return y
}

/** Writes the seven-bit activations and returns their scale. */
export function quantiseRow(x: Float32Array, q: Int8Array): number {
  let amax = 0
  for (const v of x) amax = Math.max(amax, Math.abs(v))
  if (amax < SMALLEST_AMAX) {
    q.fill(0)
    return 0
  }
  const inv = f(63 / amax)
  for (let k = 0; k < x.length; k++) q[k] = nearest(f(x[k] * inv))
  return f(amax / 63)
}

/** `rms(x + y)` row by row, written to `x`. */
export function addNorm(x: Rows, y: Rows, eps: number): void {
  const squares = new Float32Array(x.cols)
  for (let t = 0; t < x.data.length; t += x.cols) {
    for (let i = 0; i < x.cols; i++) {
      const v = f(x.data[t + i] + y.data[t + i])
      x.data[t + i] = v
      squares[i] = v * v
    }
    const r = f(1 / f(Math.sqrt(f(f(sum4(squares, x.cols) / x.cols) + f(eps)))))
    for (let i = 0; i < x.cols; i++) x.data[t + i] = x.data[t + i] * r
  }
}

function swiglu(gateUp: Rows): Rows {
  const inter = gateUp.cols / 2
  const rows = gateUp.data.length / gateUp.cols
  const out = makeRows(rows, inter)
  for (let t = 0; t < rows; t++) {
    for (let i = 0; i < inter; i++) {
      const at = t * gateUp.cols + i
      out.data[t * inter + i] = silu(gateUp.data[at]) * gateUp.data[at + inter]
    }
  }
  return out
}

/** Rotates q and k of every head in place. */
function applyRope(qkv: Rows, heads: number, rope: { cos: Float32Array; sin: Float32Array }): void {
  const dim = qkv.cols / 3 / heads
  const half = dim / 2
  const before = new Float32Array(dim)
  for (let t = 0; t < qkv.data.length / qkv.cols; t++) {
    for (let h = 0; h < 2 * heads; h++) {
      const at = t * qkv.cols + h * dim
      before.set(qkv.data.subarray(at, at + dim))
      for (let i = 0; i < dim; i++) {
        const rotated = i < half ? -before[i + half] : before[i - half]
        qkv.data[at + i] = f(before[i] * rope.cos[t * dim + i]) + f(rotated * rope.sin[t * dim + i])
      }
    }
  }
}

/**
 * Attention of every token over its list, or over all tokens where there are no tables.
 * @param bias `[heads][biasWidth]`, added to the scores
 */
export function attention(
  qkv: Rows,
  heads: number,
  tables: readonly AttentionTable[],
  bias: Float32Array | undefined,
): Rows {
  const d = qkv.cols / 3
  const dim = d / heads
  const tokens = qkv.data.length / qkv.cols
  const out = makeRows(tokens, d)
  const scale = f(1 / Math.sqrt(dim))
  const biasWidth = bias ? bias.length / heads : 0
  for (let h = 0; h < heads; h++) {
    const table = tables[h]
    const width = table ? table.width : tokens
    const e = new Float32Array(width)
    for (let t = 0; t < tokens; t++) {
      const token = (j: number) => (table ? table.indices[t * width + j] : j)
      let max = Number.NEGATIVE_INFINITY
      for (let j = 0; j < width; j++) {
        if (token(j) < 0) continue
        const k = token(j) * qkv.cols + d + h * dim
        e[j] = f(dot4(qkv.data, t * qkv.cols + h * dim, qkv.data, k, dim) * scale)
        if (bias) e[j] = e[j] + bias[h * biasWidth + j]
        max = Math.max(max, e[j])
      }
      for (let j = 0; j < width; j++) e[j] = token(j) < 0 ? 0 : exp32(f(e[j] - max))
      const z = sum4(e, width)
      if (z === 0) continue
      const inv = f(1 / z)
      for (let i = 0; i < dim; i++) {
        let o = 0
        for (let j = 0; j < width; j++) {
          if (token(j) >= 0) o = f(o + f(e[j] * qkv.data[token(j) * qkv.cols + 2 * d + h * dim + i]))
        }
        out.data[t * d + h * dim + i] = o * inv
      }
    }
  }
  return out
}

/** Is told of every intermediate, by the names of tests/golden/README.md; the array may change afterwards. */
export type Trace = (name: string, values: Float32Array) => void

/** A matrix product of every row: `linear`, or what a test puts in its place. */
export type Product = (x: Rows, w: Int8Matrix) => Rows

/** One block, in place on `x`. */
export function runLayer(
  x: Rows,
  layer: Layer,
  config: ModelConfig,
  tables: readonly AttentionTable[],
  rope: Model['rope'],
  trace?: Trace,
  product: Product = linear,
): void {
  const qkv = product(x, layer.qkv)
  trace?.('qkv', qkv.data)
  if (rope) applyRope(qkv, config.num_heads, rope)
  const a = attention(qkv, config.num_heads, tables, layer.listBias)
  trace?.('attention', a.data)
  addNorm(x, product(a, layer.o), config.rms_norm_eps)
  trace?.('post_attention', x.data)
  const mlp = product(swiglu(product(x, layer.gateUp)), layer.down)
  trace?.('mlp', mlp.data)
  addNorm(x, mlp, config.rms_norm_eps)
  trace?.('out', x.data)
}
