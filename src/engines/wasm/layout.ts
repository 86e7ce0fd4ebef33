import { DESCRIPTOR_BYTES, LAYER_BYTES, LIST_BYTES } from '../../../wasm/assembly/descriptor.ts'
import type { KernelBuild } from '../../platform/platform.ts'
import type { Model } from '../../weights/model.ts'
import { checkMemory, leastMemory } from '../checks.ts'
import type { Geometry } from '../engine.ts'
import { type PackedList, packList, roundUp } from './lists.ts'
import { packedBytes } from './pack.ts'

// The one linear memory of an engine, laid out once. Every region starts on a cache line.
//
//   0      constants of the kernels (the module's data segment)
//   4096   descriptor       counts, sizes and the addresses of all that follows: wasm/assembly/descriptor.ts
//          records          H layers, L layers, heads
//          lists            offsets and penalties; heads that share a table share them
//          weights          per layer: qkv, o, gate|up, down in panels of 8 columns, list bias
//          output heads     lm_head, q_head and its bias
//          RoPE             cos, sin
//          ------------------------------------------------------------ above: only read once it is loaded
//          blocks           packed rows, row scales and factors, gate|up of one block of rows
//          scratch          of whichever kernel runs; pooled row
//          q|k|v            [rows][q | k | v] of the slot being computed; attention writes over q
//          slot 0           z_H, z_L, x: [rows][hidden]; logits; q
//          slot 1 ...
//
// Rows are the tokens with the prefix, rounded up to a multiple of 4; the rows added stay 0. The columns of a row are
// rounded up to whole panels of 8.

const DESCRIPTOR = 4096
const PAGE = 65536
const CACHE_LINE = 64

/**
 * Rows that go through the matrices of a layer together. More of them spread the work of a panel of weights wider; from
 * here on that no longer shows (docs/engine.md).
 */
const BLOCK_ROWS = 96

/**
 * Bytes of a place of a list: offset and penalty, in linear memory and beside it until they are written there. Groups take
 * less, but have short lists.
 */
const PACKED_PLACE = 16

/** What stands where for one layer. `bias` is 0 where the model has none. */
export interface LayerPlan {
  readonly qkv: number
  readonly o: number
  readonly gateUp: number
  readonly down: number
  readonly bias: number
}

export interface ListPlan extends PackedList {
  readonly offsetsAt: number
  readonly penaltyAt: number
}

/** Hands out cache-line aligned regions. */
class Arena {
  top: number

  constructor(start: number) {
    this.top = start
  }

  take(bytes: number): number {
    const at = this.top
    this.top = roundUp(at + bytes, CACHE_LINE)
    return at
  }
}

/** Counts, and addresses in bytes. */
export type Layout = ReturnType<typeof planMemory>

/** @throws HrmError `engine_unavailable` for a model and board that need more memory than hosts give */
export function planMemory(model: Model, geometry: Geometry, slotCount: number, build: KernelBuild) {
  checkMemory(leastMemory(model, geometry, slotCount, PACKED_PLACE), slotCount)
  const { config } = model
  const { hidden_size: hidden, intermediate_size: inter, num_heads: heads, output_size: outputs } = config
  const headDim = hidden / heads
  const tokens = config.puzzle_emb_len + geometry.tokens
  const rows = roundUp(tokens, 4)
  const hiddenColumns = roundUp(hidden, 8)
  const qkvColumns = roundUp(3 * hidden, 8)
  const interColumns = roundUp(inter, 8)
  const blockRows = Math.min(rows, BLOCK_ROWS)
  const biasWidth = model.H[0].listBias ? model.H[0].listBias.length / heads : 0
  const biasPadded = roundUp(biasWidth, 4)

  const arena = new Arena(DESCRIPTOR)
  const fixed = {
    descriptor: arena.take(DESCRIPTOR_BYTES),
    hRecords: arena.take(LAYER_BYTES * model.H.length),
    lRecords: arena.take(LAYER_BYTES * model.L.length),
    headRecords: arena.take(LIST_BYTES * geometry.tables.length),
  }
  const plans = new Map<unknown, ListPlan>()
  for (const table of geometry.tables) {
    if (plans.has(table)) continue
    const list = packList(table, tokens, 4 * qkvColumns)
    const offsetsAt = arena.take(list.offsets.byteLength)
    plans.set(table, { ...list, offsetsAt, penaltyAt: arena.take(list.penalty.byteLength) })
  }
  const lists = geometry.tables.map((table) => plans.get(table)!)
  const takeLayer = (): LayerPlan => ({
    qkv: arena.take(packedBytes(qkvColumns, hidden)),
    o: arena.take(packedBytes(hiddenColumns, hidden)),
    gateUp: arena.take(packedBytes(2 * interColumns, hidden)),
    down: arena.take(packedBytes(hiddenColumns, inter)),
    bias: biasWidth ? arena.take(4 * heads * biasPadded) : 0,
  })
  const regions = {
    H: model.H.map(takeLayer),
    L: model.L.map(takeLayer),
    lmHead: arena.take(4 * outputs * hidden),
    qHead: arena.take(4 * config.q_outputs * hidden),
    qBias: arena.take(4 * config.q_outputs),
    ropeCos: model.rope ? arena.take(4 * tokens * headDim) : 0,
    ropeSin: model.rope ? arena.take(4 * tokens * headDim) : 0,
    packed: arena.take(blockRows * Math.max(hidden, inter) * (build === 'relaxed' ? 1 : 2)),
    rowScales: arena.take(4 * blockRows),
    factors: arena.take(8 * blockRows),
    gateUp: arena.take(4 * blockRows * 2 * interColumns),
    scratch: arena.take(Math.max(8 * inter, attentionScratch(lists, rows, headDim))),
    pool: arena.take(4 * hidden),
    qkv: arena.take(4 * rows * qkvColumns),
  }
  const slot = new Arena(0)
  slot.take(4 * rows * hiddenColumns)
  const inSlot = {
    zL: slot.take(4 * rows * hiddenColumns),
    x: slot.take(4 * rows * hiddenColumns),
    logits: slot.take(4 * geometry.tokens * outputs),
    q: slot.take(4 * config.q_outputs),
  }
  const slotBytes = slot.top
  const bytes = arena.top + slotCount * slotBytes
  checkMemory(bytes, slotCount)
  return {
    tokens,
    rows,
    blockRows,
    hiddenColumns,
    qkvColumns,
    interColumns,
    biasPadded,
    lists,
    ...fixed,
    ...regions,
    slots: arena.top,
    slotBytes,
    inSlot,
    pages: Math.ceil(bytes / PAGE),
  }
}

/** What the attention kernels keep in the scratch region: see the head of each. */
export function attentionScratch(lists: readonly PackedList[], rows: number, headDim: number): number {
  if (lists.length === 0) return 16 * rows
  return Math.max(
    ...lists.map(({ width, padded, quads }) =>
      quads ? 16 * ((2 * width + 1) * headDim + 2 * width * width) : 8 * padded,
    ),
  )
}
