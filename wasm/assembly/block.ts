// One Transformer block is attention, which reads across rows, and everything between two attentions, which does not.
// The latter runs block of rows by block of rows, so that what one part writes is still in L1 when the next reads it.
import { attendAll } from './attention-full'
import { attendGroups } from './attention-groups'
import { attendLists } from './attention-lists'
import {
  BLOCK_ROWS,
  EPS_F32,
  FACTORS,
  GATE_UP,
  GATE_UP_STRIDE,
  HEAD_DIM,
  HEAD_LISTS,
  HEADS,
  HIDDEN,
  INTER,
  LAYER_BIAS,
  LAYER_DOWN,
  LAYER_GATE_UP,
  LAYER_O,
  LAYER_QKV,
  LIST_BIAS_STRIDE,
  LIST_BYTES,
  LIST_QUADS,
  PACKED,
  PAIR_KERNEL,
  QKV,
  QKV_STRIDE,
  ROPE_COS,
  ROPE_SIN,
  ROW_SCALES,
  ROWS,
  SCRATCH,
  TOKENS,
  Z_STRIDE,
} from './descriptor'
import { gemm } from './gemm'
import { injectQuantise, rms, rmsQuantise } from './norm'
import { quantise } from './quantise'
import { rotateRow } from './rope'
import { swigluQuantise } from './swiglu'

/** z += a + b (or z += a where b is 0), then q|k|v of the first layer. */
export function enterModule(d: usize, layer: usize, z: usize, a: usize, b: usize): void {
  const rows = load<i32>(d, ROWS)
  const stride = load<usize>(d, Z_STRIDE)
  for (let row = 0; row < rows; row += load<i32>(d, BLOCK_ROWS)) {
    const count = min(load<i32>(d, BLOCK_ROWS), rows - row)
    const at = <usize>row * stride
    injectQuantise(
      z + at,
      a + at,
      b ? b + at : 0,
      stride,
      <usize>load<i32>(d, HIDDEN) * 4,
      count >> 2,
      load<usize>(d, FACTORS),
      load<usize>(d, PACKED),
      load<usize>(d, ROW_SCALES),
    )
    projectQkv(d, layer, row, count)
  }
}

/** Attention of every head; its output takes the place of q. */
export function attend(d: usize, layer: usize): void {
  const heads = load<i32>(d, HEADS)
  let list = load<usize>(d, HEAD_LISTS)
  let bias = load<usize>(layer, LAYER_BIAS)
  for (let head = 0; head < heads; head++) {
    if (!list) {
      attendAll(d, head)
      continue
    }
    if (load<i32>(list, LIST_QUADS)) attendGroups(d, head, list, bias)
    else attendLists(d, head, list, bias)
    if (bias) bias += load<usize>(list, LIST_BIAS_STRIDE)
    list += LIST_BYTES
  }
}

/**
 * What follows attention in a layer: both residuals, norms and the SwiGLU, then q|k|v of the next layer.
 * @param next record of the next layer of the module, 0 behind the last
 */
export function afterAttention(d: usize, layer: usize, next: usize, z: usize): void {
  const rows = load<i32>(d, ROWS)
  for (let row = 0; row < rows; row += load<i32>(d, BLOCK_ROWS)) {
    const count = min(load<i32>(d, BLOCK_ROWS), rows - row)
    addAttention(d, layer, z, row, count)
    addSwiglu(d, layer, z, row, count)
    normalise(d, z, row, count, next != 0)
    if (next) projectQkv(d, next, row, count)
  }
}

/** q|k|v from packed rows, rotated where the model has RoPE. */
function projectQkv(d: usize, layer: usize, row: i32, count: i32): void {
  const stride = load<usize>(d, QKV_STRIDE)
  const out = load<usize>(d, QKV) + <usize>row * stride
  multiply(d, load<usize>(layer, LAYER_QKV), load<i32>(d, HIDDEN), count, out, stride, false)
  let cos = load<usize>(d, ROPE_COS)
  if (!cos) return
  const dimBytes = <usize>load<i32>(d, HEAD_DIM) * 4
  const last = min(row + count, load<i32>(d, TOKENS))
  cos += <usize>row * dimBytes
  let sin = load<usize>(d, ROPE_SIN) + <usize>row * dimBytes
  for (let p = out; row < last; row++) {
    rotateRow(p, 2 * load<i32>(d, HEADS), dimBytes, cos, sin)
    p += stride
    cos += dimBytes
    sin += dimBytes
  }
}

/** z += o_proj(attention) */
function addAttention(d: usize, layer: usize, z: usize, row: i32, count: i32): void {
  const hidden = load<i32>(d, HIDDEN)
  const stride = load<usize>(d, QKV_STRIDE)
  quantise(
    load<usize>(d, QKV) + <usize>row * stride,
    stride,
    <usize>hidden * 4,
    count >> 2,
    load<usize>(d, FACTORS),
    load<usize>(d, PACKED),
    load<usize>(d, ROW_SCALES),
  )
  const zStride = load<usize>(d, Z_STRIDE)
  multiply(d, load<usize>(layer, LAYER_O), hidden, count, z + <usize>row * zStride, zStride, true)
}

/** z = rms(z), then z += down_proj(silu(gate) * up) */
function addSwiglu(d: usize, layer: usize, z: usize, row: i32, count: i32): void {
  normalise(d, z, row, count, true)
  const stride = load<usize>(d, GATE_UP_STRIDE)
  const inter = load<i32>(d, INTER)
  const gateUp = load<usize>(d, GATE_UP)
  multiply(d, load<usize>(layer, LAYER_GATE_UP), load<i32>(d, HIDDEN), count, gateUp, stride, false)
  swigluQuantise(
    gateUp,
    stride,
    <usize>inter * 4,
    count >> 2,
    load<usize>(d, SCRATCH),
    load<usize>(d, FACTORS),
    load<usize>(d, PACKED),
    load<usize>(d, ROW_SCALES),
  )
  const zStride = load<usize>(d, Z_STRIDE)
  multiply(d, load<usize>(layer, LAYER_DOWN), inter, count, z + <usize>row * zStride, zStride, true)
}

/** z = rms(z), packed for the next matrix where there is one. */
function normalise(d: usize, z: usize, row: i32, count: i32, pack: bool): void {
  const stride = load<usize>(d, Z_STRIDE)
  const bytes = <usize>load<i32>(d, HIDDEN) * 4
  const eps = load<f32>(d, EPS_F32)
  z += <usize>row * stride
  if (!pack) {
    rms(z, stride, bytes, eps, count >> 2)
    return
  }
  rmsQuantise(
    z,
    stride,
    bytes,
    eps,
    count >> 2,
    load<usize>(d, FACTORS),
    load<usize>(d, PACKED),
    load<usize>(d, ROW_SCALES),
  )
}

/** One packed matrix over the packed rows of a block; fills whole panels of `out`. */
@inline
function multiply(d: usize, matrix: usize, k: i32, rows: i32, out: usize, stride: usize, add: bool): void {
  // Rows are as wide as their panels: the stride gives the number of columns.
  const panels = <i32>(stride >> 5)
  gemm(
    load<i32>(d, PAIR_KERNEL),
    load<usize>(d, PACKED),
    load<usize>(d, ROW_SCALES),
    matrix,
    panels,
    k >> 2,
    rows >> 2,
    out,
    stride,
    add,
  )
}
