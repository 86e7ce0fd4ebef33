import * as D from '../../../wasm/assembly/descriptor.ts'
import type { KernelBuild } from '../../platform/platform.ts'
import type { Layer, Model } from '../../weights/model.ts'
import type { LayerPlan, Layout } from './layout.ts'
import { packMatrix } from './pack.ts'

/** Writes everything that stays the same from step to step: weights, lists, records and the descriptor. */
export function writeModel(
  memory: ArrayBuffer,
  model: Model,
  layout: Layout,
  build: KernelBuild,
  pairs: boolean,
): void {
  for (const level of ['H', 'L'] as const) {
    for (const [i, layer] of model[level].entries()) loadLayer(memory, model, layout, layer, layout[level][i], build)
  }
  for (const { offsets, offsetsAt, penalty, penaltyAt } of new Set(layout.lists)) {
    new Int32Array(memory, offsetsAt, offsets.length).set(offsets)
    floats(memory, penaltyAt, penalty)
  }
  floats(memory, layout.lmHead, model.lmHead)
  floats(memory, layout.qHead, model.qHead.weight)
  floats(memory, layout.qBias, model.qHead.bias)
  if (model.rope) {
    floats(memory, layout.ropeCos, model.rope.cos)
    floats(memory, layout.ropeSin, model.rope.sin)
  }
  writeRecords(memory, layout)
  writeDescriptor(memory, model, layout, pairs)
}

function floats(memory: ArrayBuffer, at: number, values: Float32Array): void {
  new Float32Array(memory, at, values.length).set(values)
}

function loadLayer(
  memory: ArrayBuffer,
  { config }: Model,
  layout: Layout,
  layer: Layer,
  at: LayerPlan,
  build: KernelBuild,
): void {
  const { hiddenColumns, qkvColumns, interColumns, biasPadded } = layout
  const { intermediate_size: inter, num_heads: heads } = config
  const upTo = (rows: number) => (column: number) => (column < rows ? column : -1)
  packMatrix(layer.qkv, qkvColumns, upTo(layer.qkv.rows), build, memory, at.qkv)
  packMatrix(layer.o, hiddenColumns, upTo(layer.o.rows), build, memory, at.o)
  // Gate and up are padded one by one, so that up starts half a row behind gate.
  const gateUp = (column: number) => {
    const inHalf = column % interColumns
    return inHalf < inter ? inHalf + (column < interColumns ? 0 : inter) : -1
  }
  packMatrix(layer.gateUp, 2 * interColumns, gateUp, build, memory, at.gateUp)
  packMatrix(layer.down, hiddenColumns, upTo(layer.down.rows), build, memory, at.down)
  if (!layer.listBias) return
  const width = layer.listBias.length / heads
  for (let h = 0; h < heads; h++) {
    floats(memory, at.bias + 4 * h * biasPadded, layer.listBias.subarray(h * width, (h + 1) * width))
  }
}

function writeRecords(memory: ArrayBuffer, layout: Layout): void {
  const view = new DataView(memory)
  const write = (at: number, field: number, value: number) => view.setInt32(at + field, value, true)
  const layers = (plans: readonly LayerPlan[], records: number) => {
    plans.forEach((plan, i) => {
      const at = records + i * D.LAYER_BYTES
      write(at, D.LAYER_QKV, plan.qkv)
      write(at, D.LAYER_O, plan.o)
      write(at, D.LAYER_GATE_UP, plan.gateUp)
      write(at, D.LAYER_DOWN, plan.down)
      write(at, D.LAYER_BIAS, plan.bias)
    })
  }
  layers(layout.H, layout.hRecords)
  layers(layout.L, layout.lRecords)
  layout.lists.forEach((list, head) => {
    const at = layout.headRecords + head * D.LIST_BYTES
    write(at, D.LIST_QUADS, list.quads)
    write(at, D.LIST_WIDTH, list.width)
    write(at, D.LIST_PADDED, list.padded)
    write(at, D.LIST_OFFSETS, list.offsetsAt)
    write(at, D.LIST_PENALTY, list.penaltyAt)
    write(at, D.LIST_BIAS_STRIDE, 4 * layout.biasPadded)
  })
}

function writeDescriptor(memory: ArrayBuffer, { config }: Model, layout: Layout, pairs: boolean): void {
  const view = new DataView(memory, layout.descriptor, D.DESCRIPTOR_BYTES)
  const headDim = config.hidden_size / config.num_heads
  const integers: [field: number, value: number][] = [
    [D.ROWS, layout.rows],
    [D.TOKENS, layout.tokens],
    [D.PREFIX, config.puzzle_emb_len],
    [D.HIDDEN, config.hidden_size],
    [D.Z_STRIDE, 4 * layout.hiddenColumns],
    [D.HEADS, config.num_heads],
    [D.HEAD_DIM, headDim],
    [D.QKV_STRIDE, 4 * layout.qkvColumns],
    [D.INTER, config.intermediate_size],
    [D.GATE_UP_STRIDE, 8 * layout.interColumns],
    [D.H_LAYERS, layout.H.length],
    [D.L_LAYERS, layout.L.length],
    [D.L_CYCLES, config.L_cycles],
    [D.OUTPUTS, config.output_size],
    [D.Q_OUTPUTS, config.q_outputs],
    [D.POOL_MEAN, config.q_pool === 'mean' ? 1 : 0],
    [D.BLOCK_ROWS, layout.blockRows],
    [D.PAIR_KERNEL, pairs ? 1 : 0],
    [D.HEAD_LISTS, layout.lists.length ? layout.headRecords : 0],
    [D.H_RECORDS, layout.hRecords],
    [D.L_RECORDS, layout.lRecords],
    [D.QKV, layout.qkv],
    [D.PACKED, layout.packed],
    [D.ROW_SCALES, layout.rowScales],
    [D.FACTORS, layout.factors],
    [D.GATE_UP, layout.gateUp],
    [D.SCRATCH, layout.scratch],
    [D.LM_HEAD, layout.lmHead],
    [D.Q_HEAD, layout.qHead],
    [D.Q_BIAS, layout.qBias],
    [D.ROPE_COS, layout.ropeCos],
    [D.ROPE_SIN, layout.ropeSin],
    [D.POOL, layout.pool],
    [D.SLOT_ZL, layout.inSlot.zL],
    [D.SLOT_X, layout.inSlot.x],
    [D.SLOT_LOGITS, layout.inSlot.logits],
    [D.SLOT_Q, layout.inSlot.q],
  ]
  for (const [field, value] of integers) view.setInt32(field, value, true)
  view.setFloat32(D.EPS_F32, config.rms_norm_eps, true)
  view.setFloat32(D.ATTENTION_SCALE_F32, 1 / Math.sqrt(headDim), true)
}
