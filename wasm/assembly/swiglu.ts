// silu(gate) * up, written over gate, and quantised for the matrix that follows.
import { ABS_MASK, ONE, splat } from './constants'
import { finishExp, reduceMinus } from './exp'
import { maxAcross } from './lanes'
import { quantise4Known } from './quantise'

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
    // Magnitudes are ordered as integers too, and that unit is idle.
    max = i32x4.max_s(max, v128.and(abs, y))
    up += 16
    scratch += 16
  }
  return max
}

/**
 * Four rows of [gate | up], `stride` bytes apart, up standing `stride / 2` behind gate.
 * @param bytes 4 * intermediate size
 * @param scratch 2 * bytes
 */
export function swigluQuantise4(
  gate: usize,
  stride: usize,
  bytes: usize,
  scratch: usize,
  packed: usize,
  scales: usize,
): void {
  const half = stride >> 1
  const m0 = swigluRow(gate, gate + half, bytes, scratch)
  const m1 = swigluRow(gate + stride, gate + stride + half, bytes, scratch)
  const m2 = swigluRow(gate + 2 * stride, gate + 2 * stride + half, bytes, scratch)
  const m3 = swigluRow(gate + 3 * stride, gate + 3 * stride + half, bytes, scratch)
  quantise4Known(gate, stride, bytes, maxAcross(m0, m1, m2, m3), packed, scales)
}
