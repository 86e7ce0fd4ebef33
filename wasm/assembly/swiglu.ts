// silu(gate) * up, written over gate, and quantised for the matrix that follows.
import { ABS_MASK, ONE, splat } from './constants'
import { finishExp, reduceMinus } from './exp'
import { maxAcross } from './lanes'
import { packRows, storeScales } from './quantise'

/**
 * One row.
 * @param scratch 2 * bytes
 * @returns largest magnitudes, one for each lane
 */
function swigluRow(gate: usize, up: usize, bytes: usize, scratch: usize): v128 {
  reduceMinus(gate, bytes, scratch, scratch + bytes)
  finishExp(scratch, bytes, scratch + bytes)
  const abs = splat(ABS_MASK)
  const one = splat(ONE)
  let max = f32x4.splat(0)
  for (let end = gate + bytes; gate < end; gate += 16) {
    const y = f32x4.mul(f32x4.div(v128.load(gate), f32x4.add(one, v128.load(scratch))), v128.load(up))
    v128.store(gate, y)
    max = i32x4.max_s(max, v128.and(abs, y))
    up += 16
    scratch += 16
  }
  return max
}

/**
 * `tiles` times four rows of [gate | up], `stride` bytes apart, up standing `stride / 2` behind gate.
 * @param bytes 4 * intermediate size
 * @param scratch 2 * bytes
 * @param inverses scratch, 16 bytes a tile
 */
export function swigluQuantise(
  gateUp: usize,
  stride: usize,
  bytes: usize,
  tiles: i32,
  scratch: usize,
  inverses: usize,
  packed: usize,
  scales: usize,
): void {
  let gate = gateUp
  let up = gateUp + (stride >> 1)
  for (let tile: usize = 0; tile < <usize>tiles * 16; tile += 16) {
    const m0 = swigluRow(gate, up, bytes, scratch)
    const m1 = swigluRow(gate + stride, up + stride, bytes, scratch)
    const m2 = swigluRow(gate + 2 * stride, up + 2 * stride, bytes, scratch)
    const m3 = swigluRow(gate + 3 * stride, up + 3 * stride, bytes, scratch)
    v128.store(inverses + tile, storeScales(maxAcross(m0, m1, m2, m3), scales + tile))
    gate += 4 * stride
    up += 4 * stride
  }
  packRows(gateUp, stride, bytes, tiles, inverses, packed)
}
