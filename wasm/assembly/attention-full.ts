// Full attention: every token over all tokens in order. docs/numerics.md, "attention".
import { MINUS_INFINITY, ONE, splat } from './constants'
import { ATTENTION_SCALE_F32, HEAD_DIM, HIDDEN, QKV, QKV_STRIDE, SCRATCH, TOKENS } from './descriptor'
import { finishExp, reduceBelow } from './exp'
import { maxSplat, sumSplat } from './lanes'
import { dotFour } from './scores'

/**
 * One head; the output takes the place of q. The rows between TOKENS and ROWS are read as keys and left out again.
 * Scratch: scores of one token, their reduced arguments.
 */
export function attendAll(d: usize, head: i32): void {
  const tokens = load<i32>(d, TOKENS)
  const dimBytes = <usize>load<i32>(d, HEAD_DIM) * 4
  const kAt = <usize>load<i32>(d, HIDDEN) * 4
  const stride = load<usize>(d, QKV_STRIDE)
  const scores = load<usize>(d, SCRATCH)
  const scale = v128.load32_splat(d, ATTENTION_SCALE_F32)
  const missing = splat(MINUS_INFINITY)
  const scoreBytes = (<usize>tokens * 4 + 15) & ~15
  let q = load<usize>(d, QKV) + <usize>head * dimBytes
  const k = q + kAt
  const v = k + kAt
  for (let t = tokens; t > 0; t--) {
    let max = missing
    let key = k
    for (let i: usize = 0; i < scoreBytes; i += 16) {
      let s = f32x4.mul(dotFour(q, key, key + stride, key + 2 * stride, key + 3 * stride, dimBytes), scale)
      const left = tokens - <i32>(i >> 2)
      if (left < 4) s = v128.bitselect(s, missing, firstLanes(left))
      v128.store(scores + i, s)
      max = f32x4.pmax(max, s)
      key += 4 * stride
    }
    reduceBelow(scores, scoreBytes, maxSplat(max), scores + scoreBytes)
    finishExp(scores, scoreBytes, scores + scoreBytes)
    const inverse = f32x4.div(splat(ONE), sumOfWeights(scores, scoreBytes, tokens))
    let i: usize = 0
    for (; i + 64 <= dimBytes; i += 64) weighFour(scores, tokens, v + i, stride, inverse, q + i)
    for (; i < dimBytes; i += 16) weighOne(scores, tokens, v + i, stride, inverse, q + i)
    q += stride
  }
}

/** All bits of the first `count` lanes. */
@inline
function firstLanes(count: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count))
}

/** sum4 of the weights in every lane. */
function sumOfWeights(e: usize, bytes: usize, tokens: i32): v128 {
  let sums = f32x4.splat(0)
  const last = e + bytes - 16
  for (; e < last; e += 16) sums = f32x4.add(sums, v128.load(e))
  const left = tokens - <i32>(bytes >> 2) + 4
  return sumSplat(f32x4.add(sums, v128.and(v128.load(last), firstLanes(left))))
}

/** 16 dimensions of one output. */
function weighFour(e: usize, tokens: i32, v: usize, stride: usize, inverse: v128, out: usize): void {
  let s0 = f32x4.splat(0)
  let s1 = s0
  let s2 = s0
  let s3 = s0
  for (; tokens > 0; tokens--) {
    const weight = v128.load32_splat(e)
    s0 = f32x4.add(s0, f32x4.mul(weight, v128.load(v)))
    s1 = f32x4.add(s1, f32x4.mul(weight, v128.load(v, 16)))
    s2 = f32x4.add(s2, f32x4.mul(weight, v128.load(v, 32)))
    s3 = f32x4.add(s3, f32x4.mul(weight, v128.load(v, 48)))
    e += 4
    v += stride
  }
  v128.store(out, f32x4.mul(s0, inverse))
  v128.store(out, f32x4.mul(s1, inverse), 16)
  v128.store(out, f32x4.mul(s2, inverse), 32)
  v128.store(out, f32x4.mul(s3, inverse), 48)
}

/** 4 dimensions of one output. */
function weighOne(e: usize, tokens: i32, v: usize, stride: usize, inverse: v128, out: usize): void {
  let s = f32x4.splat(0)
  for (; tokens > 0; tokens--) {
    s = f32x4.add(s, f32x4.mul(v128.load32_splat(e), v128.load(v)))
    e += 4
    v += stride
  }
  v128.store(out, f32x4.mul(s, inverse))
}
