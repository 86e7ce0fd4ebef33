import type { Int8Matrix, Layer, Model } from '../../weights/model.ts'
import type { Geometry } from '../engine.ts'
import { fullAttention } from './full-attention.ts'
import { listAttention } from './list-attention.ts'
import { Graph, MICROSOFT } from './onnx.ts'

/** Writes `x [.., cols]` times the transpose of `w [rows][cols]`. */
export type Linear = (x: string, w: Int8Matrix) => string

/** Writes attention: `[batch, n, 3 * hidden]` to `[batch, n, hidden]`. */
export type Attend = (qkv: string, layer: Layer) => string

export interface StepGraphOptions {
  model: Model
  geometry: Geometry
  /** How matrix products are written. Default: floats, `scale * int8`. */
  linear?: (g: Graph) => Linear
  /** How attention is written. Default: full-attention.ts, list-attention.ts. */
  attention?: (g: Graph, model: Model, geometry: Geometry) => Attend
}

/** Free dimension of every input and output: boards computed at once. */
const BATCH = 'batch'

/**
 * One ACT step (docs/numerics.md, without the quantisation of activations) as an ONNX model of opset 21 with ONNX
 * Runtime's fused operators. `model/hrm_edge/onnx_export.py` writes the same step for other runtimes.
 *
 * Inputs: `tokens` int32 `[batch, T]`; `puzzle` int32 `[batch]`, only where the model has a puzzle embedding;
 * `z_H`, `z_L` float `[batch, P + T, hidden]`, P its prefix.
 * Outputs: `z_H_out`, `z_L_out` of the same shape, `logits` `[batch, T, output_size]`, `q` `[batch, q_outputs]`.
 */
export function stepGraph({
  model,
  geometry,
  linear = floatLinear,
  attention = model.config.attention === 'full' ? fullAttention : listAttention,
}: StepGraphOptions): Uint8Array {
  const c = model.config
  const d = c.hidden_size
  const t = geometry.tokens
  const n = c.puzzle_emb_len + t
  const g = new Graph()
  const block: Block = {
    g,
    epsilon: c.rms_norm_eps,
    ones: g.floats([d], new Float32Array(d).fill(1)),
    linear: linear(g),
    attend: attention(g, model, geometry),
  }

  const x = embed(g, model, t)
  let zH = g.input('z_H', 'float32', [BATCH, n, d])
  let zL = g.input('z_L', 'float32', [BATCH, n, d])
  const level = (layers: readonly Layer[], input: string) =>
    layers.reduce((z, layer) => blockOf(block, layer, z), input)
  for (let h = 0; h < c.H_cycles; h++) {
    for (let l = 0; l < c.L_cycles; l++) zL = level(model.L, g.node('Add', [zL, g.node('Add', [zH, x])]))
    zH = level(model.H, g.node('Add', [zH, zL]))
  }

  const board = c.puzzle_emb_len > 0 ? slice(g, zH, 1, c.puzzle_emb_len, n) : zH
  const logits = g.node('MatMul', [board, transposed(g, model.lmHead, c.output_size, d)])
  const pool =
    c.q_pool === 'mean'
      ? g.node('ReduceMean', [zH, g.ints([1], [1])], { keepdims: 0 })
      : g.node('Squeeze', [slice(g, zH, 1, 0, 1), g.ints([1], [1])])
  const product = g.node('MatMul', [pool, transposed(g, model.qHead.weight, c.q_outputs, d)])
  const q = g.node('Add', [product, g.floats([c.q_outputs], model.qHead.bias)])
  g.output('z_H_out', zH, 'float32', [BATCH, n, d])
  g.output('z_L_out', zL, 'float32', [BATCH, n, d])
  g.output('logits', logits, 'float32', [BATCH, t, c.output_size])
  g.output('q', q, 'float32', [BATCH, c.q_outputs])
  return g.finish()
}

interface Block {
  g: Graph
  epsilon: number
  /** Gain of the weightless norms, `[hidden]`. */
  ones: string
  linear: Linear
  attend: Attend
}

function blockOf({ g, epsilon, ones, linear, attend }: Block, layer: Layer, x: string): string {
  const addAndNormalise = (a: string, b: string) =>
    g.node('SkipSimplifiedLayerNormalization', [a, b, ones], { epsilon: { float: epsilon } }, MICROSOFT)
  x = addAndNormalise(x, linear(attend(linear(x, layer.qkv), layer), layer.o))
  const [gate, up] = g.nodes('Split', [linear(x, layer.gateUp)], 2, { axis: 2, num_outputs: 2 })
  // QuickGelu with alpha 1 is SiLU, one pass over the data
  const silu = g.node('QuickGelu', [gate], { alpha: { float: 1 } }, MICROSOFT)
  return addAndNormalise(x, linear(g.node('Mul', [silu, up]), layer.down))
}

function embed(g: Graph, model: Model, tokens: number): string {
  const { hidden_size: d, embed_scale, vocab_size, puzzle_emb_len: prefix } = model.config
  const { embedTokens, embedPos, puzzleEmb } = model
  const factor = embed_scale * (embedPos ? Math.SQRT1_2 : 1)
  const scaled = (values: Float32Array) => values.map((v) => v * factor)
  const input = g.input('tokens', 'int32', [BATCH, tokens])
  let x = g.node('Gather', [g.floats([vocab_size, d], scaled(embedTokens)), input])
  if (puzzleEmb) {
    const puzzles = puzzleEmb.length / (prefix * d)
    const puzzle = g.input('puzzle', 'int32', [BATCH])
    const row = g.node('Gather', [g.floats([puzzles, prefix, d], scaled(puzzleEmb)), puzzle])
    x = g.node('Concat', [row, x], { axis: 1 })
  }
  return embedPos ? g.node('Add', [x, g.floats([1, prefix + tokens, d], scaled(embedPos))]) : x
}

/** Dequantised matrices; one that is used again is stored once. */
function floatLinear(g: Graph): Linear {
  const stored = new Map<Int8Matrix, string>()
  return (x, w) => {
    const { rows, cols, data, scale } = w
    const matrix =
      stored.get(w) ??
      transposed(
        g,
        Float32Array.from(data, (v, i) => v * scale[Math.floor(i / cols)]),
        rows,
        cols,
      )
    stored.set(w, matrix)
    return g.node('MatMul', [x, matrix])
  }
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
