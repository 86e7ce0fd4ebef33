import type { Geometry } from '../../src/engines/engine.ts'
import { groupOrder } from '../../src/engines/groups.ts'
import { type Graph, MICROSOFT } from '../../src/engines/webgpu/onnx.ts'
import type { Attend } from '../../src/engines/webgpu/step-graph.ts'
import type { Model } from '../../src/weights/model.ts'

/**
 * Full attention with RoPE in the fused operator, as far as the tables allow it: it takes one cosine for the two columns
 * that it turns. Bound to one batch size.
 */
export function cpuFullAttention(batch: number) {
  return (g: Graph, model: Model, geometry: Geometry): Attend => {
    const c = model.config
    const n = c.puzzle_emb_len + geometry.tokens
    const width = c.hidden_size / c.num_heads
    const ids = g.ints(
      [batch, n],
      Array.from({ length: batch * n }, (_, i) => i % n),
    )
    const cache = (table: Float32Array) =>
      g.floats(
        [n, width / 2],
        table.filter((_, i) => i % width < width / 2),
      )
    const rope = model.rope && { cos: cache(model.rope.cos), sin: cache(model.rope.sin) }
    const rotate = (x: string) =>
      rope ? g.node('RotaryEmbedding', [x, ids, rope.cos, rope.sin], { num_heads: c.num_heads }, MICROSOFT) : x
    return (qkv) => {
      const [q, k, v] = g.nodes('Split', [qkv], 3, { axis: 2, num_outputs: 3 })
      return g.node('MultiHeadAttention', [rotate(q), rotate(k), v], { num_heads: c.num_heads }, MICROSOFT)
    }
  }
}

/** List attention as ONNX Runtime's CPU kernels like it: batched products and a softmax, or its fused operator. */
export type CpuListForm = 'matmul' | 'fused'

/**
 * Attention within groups: one Gather brings the tokens of every group of every head and board together, so that all
 * groups are one batched matrix product, and a second one brings the results back. Bound to one batch size.
 */
export function cpuListAttention(batch: number, form: CpuListForm) {
  return (g: Graph, model: Model, geometry: Geometry): Attend => {
    const { hidden_size: d, num_heads: heads, list_bias } = model.config
    if (list_bias) throw new Error('list_bias is not benchmarked')
    const t = geometry.tokens
    const dim = d / heads
    const orders = geometry.tables.map((table) => groupOrder(table, t))
    const width = geometry.tables[0].width
    if (geometry.tables.some((table) => table.width !== width)) throw new Error('lists of one width only')
    if (!orders.every((order) => order !== undefined)) throw new Error('lists that are groups only')

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
      const mixed =
        form === 'fused' ? g.node('MultiHeadAttention', [q, k, v], { num_heads: 1 }, MICROSOFT) : mix(q, k, v)
      return g.node('Reshape', [g.node('Gather', [g.node('Reshape', [mixed, flat]), scatterIndex]), back])
    }
  }
}
