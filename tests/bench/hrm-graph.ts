import type { AttentionTable, Geometry } from '../../src/engines/engine.ts'
import type { Int8Matrix, Layer, Model } from '../../src/weights/model.ts'
import { type LinearKind, linears } from './linear-graph.ts'
import { Graph, MICROSOFT } from './onnx.ts'

export interface StepGraphOptions {
  model: Model
  geometry: Geometry
  /** Boards a run takes. */
  batch: number
  /** How matrix products are written. */
  linear: LinearKind
  /** How list attention is written: batched products and a softmax, or ONNX Runtime's fused operator. */
  lists?: 'matmul' | 'fused'
}

/**
 * One ACT step (docs/numerics.md) as ONNX, in ONNX Runtime's own fused operators where it has them.
 *
 * Inputs: `tokens` int64 `[batch, T]`; `z_H`, `z_L` float `[batch, P + T, hidden]`, P the puzzle-embedding prefix.
 * Outputs: `z_H_out`, `z_L_out` of the same shape, `logits` `[batch, T, output_size]`, `q` `[batch, q_outputs]`.
 */
export function stepGraph({ model, geometry, batch, linear: kind, lists = 'matmul' }: StepGraphOptions): Uint8Array {
  const c = model.config
  const d = c.hidden_size
  const t = geometry.tokens
  const n = c.puzzle_emb_len + t
  const g = new Graph()
  const attend =
    c.attention === 'full' ? fullAttention(g, model, batch) : listAttention(g, model, geometry, batch, lists)
  const linearOf = linears(g, kind)
  const block: Block = {
    g,
    epsilon: c.rms_norm_eps,
    ones: g.floats([d], new Float32Array(d).fill(1)),
    linear: linearOf,
    attend,
  }

  const tokens = g.input('tokens', 'int64', [batch, t])
  let zH = g.input('z_H', 'float32', [batch, n, d])
  let zL = g.input('z_L', 'float32', [batch, n, d])
  const x = embed(g, model, tokens, batch)
  const level = (layers: readonly Layer[], input: string) =>
    layers.reduce((z, layer) => blockOf(block, layer, z), input)

  for (let h = 0; h < c.H_cycles; h++) {
    for (let l = 0; l < c.L_cycles; l++) zL = level(model.L, g.node('Add', [zL, g.node('Add', [zH, x])]))
    zH = level(model.H, g.node('Add', [zH, zL]))
  }

  const board = c.puzzle_emb_len > 0 ? slice(g, zH, 1, c.puzzle_emb_len, n) : zH
  g.rename(g.node('MatMul', [board, transposed(g, model.lmHead, c.output_size, d)]), 'logits')
  const pool =
    c.q_pool === 'mean'
      ? g.node('ReduceMean', [zH, g.ints([1], [1])], { keepdims: 0 })
      : g.node('Squeeze', [slice(g, zH, 1, 0, 1), g.ints([1], [1])])
  const q = g.node('MatMul', [pool, transposed(g, model.qHead.weight, c.q_outputs, d)])
  g.rename(g.node('Add', [q, g.floats([c.q_outputs], model.qHead.bias)]), 'q')
  g.rename(zH, 'z_H_out')
  g.rename(zL, 'z_L_out')
  g.output('z_H_out', 'float32', [batch, n, d])
  g.output('z_L_out', 'float32', [batch, n, d])
  g.output('logits', 'float32', [batch, t, c.output_size])
  g.output('q', 'float32', [batch, c.q_outputs])
  return g.finish()
}

interface Block {
  g: Graph
  epsilon: number
  /** Gain of the weightless norms, `[hidden]`. */
  ones: string
  linear: (x: string, w: Int8Matrix) => string
  /** `[batch, n, 3 * hidden]` to `[batch, n, hidden]`. */
  attend: (qkv: string) => string
}

function blockOf({ g, epsilon, ones, linear, attend }: Block, layer: Layer, x: string): string {
  const addAndNormalise = (a: string, b: string) =>
    g.node('SkipSimplifiedLayerNormalization', [a, b, ones], { epsilon: { float: epsilon } }, MICROSOFT)
  x = addAndNormalise(x, linear(attend(linear(x, layer.qkv)), layer.o))
  const [gate, up] = g.nodes('Split', [linear(x, layer.gateUp)], 2, { axis: 2, num_outputs: 2 })
  // QuickGelu with alpha 1 is SiLU, one pass over the data
  const silu = g.node('QuickGelu', [gate], { alpha: { float: 1 } }, MICROSOFT)
  return addAndNormalise(x, linear(g.node('Mul', [silu, up]), layer.down))
}

function embed(g: Graph, model: Model, tokens: string, batch: number): string {
  const { hidden_size: d, embed_scale: scale, vocab_size, puzzle_emb_len, pos_encodings } = model.config
  if (pos_encodings === 'learned' || !model.embedTokens) throw new Error('learned positions are not benchmarked')
  const scaled = (values: Float32Array) => values.map((v) => v * scale)
  const cells = g.node('Gather', [g.floats([vocab_size, d], scaled(model.embedTokens)), tokens])
  if (!model.puzzleEmb) return cells
  const row = scaled(model.puzzleEmb.subarray(0, puzzle_emb_len * d))
  const prefix = new Float32Array(batch * row.length)
  for (let b = 0; b < batch; b++) prefix.set(row, b * row.length)
  return g.node('Concat', [g.floats([batch, puzzle_emb_len, d], prefix), cells], { axis: 1 })
}

function fullAttention(g: Graph, model: Model, batch: number): (qkv: string) => string {
  const c = model.config
  const n = c.puzzle_emb_len + c.seq_len
  const half = c.hidden_size / c.num_heads / 2
  const positions = Array.from({ length: batch * n }, (_, i) => i % n)
  const ids = g.ints([batch, n], positions)
  const cache = (values: Float32Array) => g.floats([n, half], firstHalves(values, 2 * half))
  const rope = model.rope && { cos: cache(model.rope.cos), sin: cache(model.rope.sin) }
  const rotate = (x: string) =>
    rope ? g.node('RotaryEmbedding', [x, ids, rope.cos, rope.sin], { num_heads: c.num_heads }, MICROSOFT) : x
  return (qkv) => {
    const [q, k, v] = g.nodes('Split', [qkv], 3, { axis: 2, num_outputs: 3 })
    return g.node('MultiHeadAttention', [rotate(q), rotate(k), v], { num_heads: c.num_heads }, MICROSOFT)
  }
}

/** Rows of the official cos and sin tables hold every value twice; the operator wants one half. */
function firstHalves(table: Float32Array, width: number): Float32Array {
  return table.filter((_, i) => i % width < width / 2)
}

/**
 * Attention within groups: one Gather brings the tokens of every group of every head together, so that all groups
 * are one batched matrix product, and a second one brings the results back.
 */
function listAttention(
  g: Graph,
  model: Model,
  geometry: Geometry,
  batch: number,
  form: 'matmul' | 'fused',
): (qkv: string) => string {
  const { hidden_size: d, num_heads: heads, list_bias } = model.config
  if (list_bias) throw new Error('list_bias is not benchmarked')
  const t = geometry.tokens
  const dim = d / heads
  const orders = geometry.tables.map((table) => groupOrder(table, t))
  const width = geometry.tables[0].width
  if (geometry.tables.some((table) => table.width !== width)) throw new Error('lists of one width only')

  // row (b, token, part, head) of the flattened qkv, in the order (part, head, b, place)
  const gather: number[] = []
  for (let part = 0; part < 3; part++)
    for (let head = 0; head < heads; head++)
      for (let b = 0; b < batch; b++)
        for (const token of orders[head]) gather.push(((b * t + token) * 3 + part) * heads + head)
  // where (head, b, token) ended up, in the order (b, token, head)
  const place = orders.map((order) => Int32Array.from(order.keys()).sort((a, b) => order[a] - order[b]))
  const scatter: number[] = []
  for (let b = 0; b < batch; b++)
    for (let token = 0; token < t; token++)
      for (let head = 0; head < heads; head++) scatter.push((head * batch + b) * t + place[head][token])

  const groups = (heads * batch * t) / width
  const rows = g.ints([2], [batch * t * 3 * heads, dim])
  const gatherIndex = g.ints([gather.length], gather)
  const scatterIndex = g.ints([scatter.length], scatter)
  const groupShape = g.ints([4], [3, groups, width, dim])
  const flat = g.ints([2], [groups * width, dim])
  const back = g.ints([3], [batch, t, d])
  const one = g.ints([1], [0])
  const scale = g.floats([1], [1 / Math.sqrt(dim)])
  const mix = (q: string, k: string, v: string) => {
    const scores = g.node('MatMul', [g.node('Mul', [q, scale]), g.node('Transpose', [k], { perm: [0, 2, 1] })])
    return g.node('MatMul', [g.node('Softmax', [scores], { axis: 2 }), v])
  }
  return (qkv) => {
    const gathered = g.node('Gather', [g.node('Reshape', [qkv, rows]), gatherIndex])
    const parts = g.nodes('Split', [g.node('Reshape', [gathered, groupShape])], 3, { axis: 0, num_outputs: 3 })
    const [q, k, v] = parts.map((p) => g.node('Squeeze', [p, one]))
    const mixed = form === 'fused' ? g.node('MultiHeadAttention', [q, k, v], { num_heads: 1 }, MICROSOFT) : mix(q, k, v)
    return g.node('Reshape', [g.node('Gather', [g.node('Reshape', [mixed, flat]), scatterIndex]), back])
  }
}

/**
 * Tokens in the order of their groups.
 * @throws where the lists are not groups whose tokens all read each other
 */
export function groupOrder({ width, indices }: AttentionTable, tokens: number): number[] {
  const order: number[] = []
  for (let token = 0; token < tokens; token++) {
    const list = indices.subarray(token * width, (token + 1) * width)
    if (list[0] === token) order.push(...list)
    const same = list.every((other) => other >= 0 && indices[other * width] === list[0])
    if (!same || !list.includes(token)) throw new Error(`the list of token ${token} is not a group`)
  }
  if (order.length !== tokens) throw new Error('the groups do not cover every token once')
  return order
}

function transposed(g: Graph, matrix: Float32Array, rows: number, cols: number): string {
  return g.floats(
    [cols, rows],
    Float32Array.from({ length: rows * cols }, (_, i) => matrix[(i % rows) * cols + Math.floor(i / rows)]),
  )
}

function slice(g: Graph, x: string, axis: number, from: number, to: number): string {
  return g.node('Slice', [x, g.ints([1], [from]), g.ints([1], [to]), g.ints([1], [axis])])
}
