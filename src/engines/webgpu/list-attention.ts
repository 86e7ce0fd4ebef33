import type { Model } from '../../weights/model.ts'
import type { Geometry } from '../engine.ts'
import { groupOrder } from '../groups.ts'
import type { Graph } from './onnx.ts'
import type { Attend } from './step-graph.ts'

// Heads read lists of a few tokens each. A matrix product or a Softmax of that size leaves most of a GPU's workgroup
// idle, so both are written out: an Einsum has one thread an output, and sums over short rows have one thread a row.

/** Added to the score of a place without a token: its exponential is 0. */
const ABSENT = -1e30

export function listAttention(g: Graph, model: Model, geometry: Geometry): Attend {
  const orders = geometry.tables.map((table) => groupOrder(table, geometry.tokens))
  const { width } = geometry.tables[0]
  const grouped = geometry.tables.every((table) => table.width === width)
  return grouped && orders.every((order) => order !== undefined)
    ? groupAttention(g, model, geometry.tokens, width, orders)
    : anyListAttention(g, model, geometry)
}

/** Softmax over the last axis, with the values it weights: `[batch, ...rows, width]` by `[batch, ..., width, dim]`. */
function mix(g: Graph, scores: string, values: string, axis: number, equation: string): string {
  const last = g.ints([1], [axis])
  const largest = g.node('ReduceMax', [scores, last], { keepdims: 1 })
  const e = g.node('Exp', [g.node('Sub', [scores, largest])])
  const total = g.node('ReduceSum', [e, last], { keepdims: 1 })
  return g.node('Div', [g.node('Einsum', [e, values], { equation }), total])
}

/**
 * Lists that are groups, whose tokens all read each other: one Gather brings the groups of all heads together, a
 * second one brings their tokens back.
 */
function groupAttention(g: Graph, { config }: Model, tokens: number, width: number, orders: number[][]): Attend {
  const { hidden_size: d, num_heads: heads } = config
  const dim = d / heads
  const groups = (heads * tokens) / width
  /** From rows (token, part, head) to (part, head, place in the head's order). */
  const gather: number[] = []
  for (let part = 0; part < 3; part++) {
    orders.forEach((order, head) => {
      for (const token of order) gather.push((token * 3 + part) * heads + head)
    })
  }
  /** From rows (head, place) to (token, head). */
  const scatter = new Array<number>(tokens * heads)
  orders.forEach((order, head) => {
    order.forEach((token, place) => {
      scatter[token * heads + head] = head * tokens + place
    })
  })
  const together = g.ints([gather.length], gather)
  const back = g.ints([scatter.length], scatter)
  const rows = g.ints([3], [-1, 3 * heads * tokens, dim])
  const grouped = g.ints([4], [-1, 3 * groups, width, dim])
  const flat = g.ints([3], [-1, heads * tokens, dim])
  const board = g.ints([3], [-1, tokens, d])
  const scale = g.floats([1], [1 / Math.sqrt(dim)])
  return (qkv, { listBias }) => {
    const gathered = g.node('Gather', [g.node('Reshape', [qkv, rows]), together], { axis: 1 })
    const parts = g.nodes('Split', [g.node('Reshape', [gathered, grouped])], 3, { axis: 1, num_outputs: 3 })
    const [q, k, v] = parts
    let scores = g.node('Einsum', [g.node('Mul', [q, scale]), k], { equation: 'bgqd,bgkd->bgqk' })
    if (listBias) {
      const biasWidth = listBias.length / heads
      const perGroup = Float32Array.from({ length: groups * width }, (_, i) => {
        const head = Math.floor(i / tokens)
        return listBias[head * biasWidth + (i % width)]
      })
      scores = g.node('Add', [scores, g.floats([1, groups, 1, width], perGroup)])
    }
    const mixed = g.node('Reshape', [mix(g, scores, v, 3, 'bgqk,bgkd->bgqd'), flat])
    return g.node('Reshape', [g.node('Gather', [mixed, back], { axis: 1 }), board])
  }
}

/** Any lists: every token gets keys and values of its own list, which takes `width` times the memory. */
function anyListAttention(g: Graph, { config }: Model, { tokens, tables }: Geometry): Attend {
  const { hidden_size: d, num_heads: heads } = config
  const dim = d / heads
  const width = Math.max(...tables.map((table) => table.width))
  const queries = tokens * heads
  /** Token read by (token, head) at a place, -1 for none. */
  const tokenAt = (query: number, place: number) => {
    const table = tables[query % heads]
    return place < table.width ? table.indices[Math.floor(query / heads) * table.width + place] : -1
  }
  const everyPlace = <T>(value: (query: number, place: number) => T) =>
    Array.from({ length: queries * width }, (_, i) => value(Math.floor(i / width), i % width))
  const rowsOf = (part: number) =>
    g.ints(
      [queries * width],
      everyPlace((query, place) => (Math.max(0, tokenAt(query, place)) * 3 + part) * heads + (query % heads)),
    )
  const [keys, values] = [rowsOf(1), rowsOf(2)]
  const empty = Array.from({ length: queries }, (_, query) =>
    tables[query % heads].indices
      .subarray(Math.floor(query / heads) * tables[query % heads].width)
      .subarray(0, tables[query % heads].width)
      .every((token) => token < 0),
  )
  const rows = g.ints([3], [-1, 3 * queries, dim])
  const listed = g.ints([4], [-1, queries, width, dim])
  const flat = g.ints([3], [-1, queries, dim])
  const board = g.ints([3], [-1, tokens, d])
  const first = [g.ints([1], [0]), g.ints([1], [d]), g.ints([1], [2])]
  const scale = g.floats([1], [1 / Math.sqrt(dim)])
  return (qkv, { listBias }) => {
    const all = g.node('Reshape', [qkv, rows])
    const q = g.node('Reshape', [g.node('Mul', [g.node('Slice', [qkv, ...first]), scale]), flat])
    const [k, v] = [keys, values].map((index) =>
      g.node('Reshape', [g.node('Gather', [all, index], { axis: 1 }), listed]),
    )
    const biasWidth = listBias ? listBias.length / heads : 0
    const bias = everyPlace((query, place) => {
      if (tokenAt(query, place) < 0) return ABSENT
      return listBias ? listBias[(query % heads) * biasWidth + place] : 0
    })
    const scores = g.node('Add', [
      g.node('Einsum', [q, k], { equation: 'bnd,bnkd->bnk' }),
      g.floats([1, queries, width], bias),
    ])
    let mixed = mix(g, scores, v, 2, 'bnk,bnkd->bnd')
    if (empty.includes(true)) {
      // A list of only -1 gives zeros.
      mixed = g.node('Mul', [
        mixed,
        g.floats(
          [1, queries, 1],
          empty.map((none) => (none ? 0 : 1)),
        ),
      ])
    }
    return g.node('Reshape', [mixed, board])
  }
}
