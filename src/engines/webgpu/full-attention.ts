import type { Model } from '../../weights/model.ts'
import type { Geometry } from '../engine.ts'
import type { Graph } from './onnx.ts'
import type { Attend } from './step-graph.ts'

/**
 * Attention of every token over all, the prefix included. Not in ONNX Runtime's fused MultiHeadAttention: that of
 * onnxruntime-web 1.30 computes something else for boards of 51 tokens, on the software adapter at least; 18 are right.
 */
export function fullAttention(g: Graph, model: Model, geometry: Geometry): Attend {
  const { hidden_size: d, num_heads, puzzle_emb_len } = model.config
  const n = puzzle_emb_len + geometry.tokens
  const dim = d / num_heads
  const rotate = model.rope && rotation(g, model.rope, n, d, dim)
  const sizes = g.ints([2], [2 * d, d])
  const byHead = g.ints([4], [-1, n, num_heads, dim])
  const board = g.ints([3], [-1, n, d])
  const scale = g.floats([1], [1 / Math.sqrt(dim)])
  const heads = (rows: string, perm: number[]) => g.node('Transpose', [g.node('Reshape', [rows, byHead])], { perm })
  return (qkv) => {
    const [qk, v] = g.nodes('Split', [qkv, sizes], 2, { axis: 2 })
    const [q, k] = g.nodes('Split', [rotate ? rotate(qk) : qk], 2, { axis: 2, num_outputs: 2 })
    const scores = g.node('MatMul', [heads(g.node('Mul', [q, scale]), [0, 2, 1, 3]), heads(k, [0, 2, 3, 1])])
    const mixed = g.node('MatMul', [g.node('Softmax', [scores], { axis: 3 }), heads(v, [0, 2, 1, 3])])
    return g.node('Reshape', [g.node('Transpose', [mixed], { perm: [0, 2, 1, 3] }), board])
  }
}

/**
 * RoPE of q and k at once. Not the fused RotaryEmbedding: it takes one cosine a pair of columns, and the file's tables
 * have one a column.
 */
function rotation(
  g: Graph,
  { cos, sin }: { cos: Float32Array; sin: Float32Array },
  n: number,
  d: number,
  dim: number,
): (qk: string) => string {
  const half = dim / 2
  /** `[n][dim]` to `[1, n, 2 * hidden]`. */
  const wide = (value: (row: number, column: number) => number) =>
    g.floats(
      [1, n, 2 * d],
      Float32Array.from({ length: n * 2 * d }, (_, i) => value(Math.floor(i / (2 * d)), i % dim)),
    )
  const cosines = wide((t, i) => cos[t * dim + i])
  const sines = wide((t, i) => (i < half ? -1 : 1) * sin[t * dim + i])
  const partner = g.ints(
    [2 * d],
    Array.from({ length: 2 * d }, (_, i) => (i % dim < half ? i + half : i - half)),
  )
  return (qk) => {
    const rotated = g.node('Mul', [g.node('Gather', [qk, partner], { axis: 2 }), sines])
    return g.node('Add', [g.node('Mul', [qk, cosines]), rotated])
  }
}
