// Scores of one member of a group against all members, four groups at a time: attention-groups.ts.
import { MINUS_INFINITY, splat } from './constants'
import { ATTENTION_SCALE_F32, HEAD_DIM } from './descriptor'
import { firstHalves, secondHalves, zipHigh, zipLow } from './lanes'

/**
 * @param query `[head_dim][4]`
 * @param keys `[width][head_dim][4]`
 * @param bias f32 `[width]`, or 0
 * @param out `[width][4]`
 * @returns their maximum, group by group
 */
export function scoreMember(d: usize, query: usize, keys: usize, width: i32, bias: usize, out: usize): v128 {
  const scale = v128.load32_splat(d, ATTENTION_SCALE_F32)
  const end = query + <usize>load<i32>(d, HEAD_DIM) * 16
  let max = splat(MINUS_INFINITY)
  for (; width > 0; width--) {
    // The four lane sums of dot4.
    let s0 = f32x4.splat(0)
    let s1 = s0
    let s2 = s0
    let s3 = s0
    for (let q = query; q < end; q += 64) {
      s0 = f32x4.add(s0, f32x4.mul(v128.load(q), v128.load(keys)))
      s1 = f32x4.add(s1, f32x4.mul(v128.load(q, 16), v128.load(keys, 16)))
      s2 = f32x4.add(s2, f32x4.mul(v128.load(q, 32), v128.load(keys, 32)))
      s3 = f32x4.add(s3, f32x4.mul(v128.load(q, 48), v128.load(keys, 48)))
      keys += 64
    }
    let s = f32x4.mul(f32x4.add(f32x4.add(s0, s2), f32x4.add(s1, s3)), scale)
    if (bias) {
      s = f32x4.add(s, v128.load32_splat(bias))
      bias += 4
    }
    v128.store(out, s)
    max = f32x4.pmax(max, s)
    out += 16
  }
  return max
}

/**
 * The same for head_dim 8, where a query is transposed on the way in and then stays in registers.
 * @param q rows of q
 * @param offsets u32 `[4]`, rows of the member in the four groups
 */
export function scoreMember8(
  d: usize,
  q: usize,
  offsets: usize,
  keys: usize,
  width: i32,
  bias: usize,
  out: usize,
): v128 {
  const scale = v128.load32_splat(d, ATTENTION_SCALE_F32)
  const r0 = q + load<u32>(offsets)
  const r1 = q + load<u32>(offsets, 4)
  const r2 = q + load<u32>(offsets, 8)
  const r3 = q + load<u32>(offsets, 12)
  let x = v128.load(r0)
  let y = v128.load(r1)
  let xyLow = zipLow(x, y)
  let xyHigh = zipHigh(x, y)
  x = v128.load(r2)
  y = v128.load(r3)
  let zwLow = zipLow(x, y)
  let zwHigh = zipHigh(x, y)
  const q0 = firstHalves(xyLow, zwLow)
  const q1 = secondHalves(xyLow, zwLow)
  const q2 = firstHalves(xyHigh, zwHigh)
  const q3 = secondHalves(xyHigh, zwHigh)
  x = v128.load(r0, 16)
  y = v128.load(r1, 16)
  xyLow = zipLow(x, y)
  xyHigh = zipHigh(x, y)
  x = v128.load(r2, 16)
  y = v128.load(r3, 16)
  zwLow = zipLow(x, y)
  zwHigh = zipHigh(x, y)
  const q4 = firstHalves(xyLow, zwLow)
  const q5 = secondHalves(xyLow, zwLow)
  const q6 = firstHalves(xyHigh, zwHigh)
  const q7 = secondHalves(xyHigh, zwHigh)
  let max = splat(MINUS_INFINITY)
  for (; width > 0; width--) {
    const s0 = f32x4.add(f32x4.mul(q0, v128.load(keys)), f32x4.mul(q4, v128.load(keys, 64)))
    const s2 = f32x4.add(f32x4.mul(q2, v128.load(keys, 32)), f32x4.mul(q6, v128.load(keys, 96)))
    const s1 = f32x4.add(f32x4.mul(q1, v128.load(keys, 16)), f32x4.mul(q5, v128.load(keys, 80)))
    const s3 = f32x4.add(f32x4.mul(q3, v128.load(keys, 48)), f32x4.mul(q7, v128.load(keys, 112)))
    let s = f32x4.mul(f32x4.add(f32x4.add(s0, s2), f32x4.add(s1, s3)), scale)
    if (bias) {
      s = f32x4.add(s, v128.load32_splat(bias))
      bias += 4
    }
    v128.store(out, s)
    max = f32x4.pmax(max, s)
    keys += 128
    out += 16
  }
  return max
}
