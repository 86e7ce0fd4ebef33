// List attention with any lists: every token gathers the rows its list names. docs/numerics.md, "attention".
import { MINUS_INFINITY, ONE, splat } from './constants'
import {
  ATTENTION_SCALE_F32,
  HEAD_DIM,
  HIDDEN,
  LIST_OFFSETS,
  LIST_PADDED,
  LIST_PENALTY,
  QKV,
  QKV_STRIDE,
  SCRATCH,
  TOKENS,
} from './descriptor'
import { finishExp, reduceBelow } from './exp'
import { maxSplat, sumAcross, sumSplat } from './lanes'

/**
 * One head over all tokens; the output takes the place of q. Scratch: scores of one token, their reduced arguments.
 * @param list head record
 * @param bias f32 `[padded]`, or 0
 */
export function attendLists(d: usize, head: i32, list: usize, bias: usize): void {
  const dimBytes = <usize>load<i32>(d, HEAD_DIM) * 4
  const kAt = <usize>load<i32>(d, HIDDEN) * 4
  const stride = load<usize>(d, QKV_STRIDE)
  const bytes = <usize>load<i32>(list, LIST_PADDED) * 4
  const scores = load<usize>(d, SCRATCH)
  const scale = v128.load32_splat(d, ATTENTION_SCALE_F32)
  const qkv = load<usize>(d, QKV) + <usize>head * dimBytes
  const k = qkv + kAt
  const v = k + kAt
  let offsets = load<usize>(list, LIST_OFFSETS)
  let penalty = load<usize>(list, LIST_PENALTY)
  let q = qkv
  for (let t = load<i32>(d, TOKENS); t > 0; t--) {
    let max = splat(MINUS_INFINITY)
    for (let i: usize = 0; i < bytes; i += 16) {
      const at = offsets + i
      let s = f32x4.mul(
        dotFour(q, k + load<u32>(at), k + load<u32>(at, 4), k + load<u32>(at, 8), k + load<u32>(at, 12), dimBytes),
        scale,
      )
      if (bias) s = f32x4.add(s, v128.load(bias + i))
      s = f32x4.add(s, v128.load(penalty + i))
      v128.store(scores + i, s)
      max = f32x4.pmax(max, s)
    }
    reduceBelow(scores, bytes, maxSplat(max), scores + bytes)
    finishExp(scores, bytes, scores + bytes)
    const inverse = dropMissing(scores, penalty, bytes)
    for (let i: usize = 0; i < dimBytes; i += 16) {
      let sum = f32x4.splat(0)
      for (let j: usize = 0; j < bytes; j += 4) {
        const value = v128.load(v + i + load<u32>(offsets + j))
        sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(scores + j), value))
      }
      v128.store(q + i, f32x4.mul(sum, inverse))
    }
    offsets += bytes
    penalty += bytes
    q += stride
  }
}

/** Sets the weights of missing entries to +0; 1 / sum4 of the weights in every lane, or 0 where all are missing. */
function dropMissing(e: usize, penalty: usize, bytes: usize): v128 {
  const zero = f32x4.splat(0)
  let sums = zero
  for (let end = e + bytes; e < end; e += 16) {
    const there = v128.and(f32x4.eq(v128.load(penalty), zero), v128.load(e))
    v128.store(e, there)
    sums = f32x4.add(sums, there)
    penalty += 16
  }
  const z = sumSplat(sums)
  return v128.and(f32x4.gt(z, zero), f32x4.div(splat(ONE), z))
}

/** dot4 of q with four keys of `bytes / 4` floats, lane i for key i. */
@inline
export function dotFour(q: usize, k0: usize, k1: usize, k2: usize, k3: usize, bytes: usize): v128 {
  let s0 = f32x4.splat(0)
  let s1 = s0
  let s2 = s0
  let s3 = s0
  for (let i: usize = 0; i < bytes; i += 16) {
    const x = v128.load(q + i)
    s0 = f32x4.add(s0, f32x4.mul(x, v128.load(k0 + i)))
    s1 = f32x4.add(s1, f32x4.mul(x, v128.load(k1 + i)))
    s2 = f32x4.add(s2, f32x4.mul(x, v128.load(k2 + i)))
    s3 = f32x4.add(s3, f32x4.mul(x, v128.load(k3 + i)))
  }
  return sumAcross(s0, s1, s2, s3)
}
