// Full attention: every token over all tokens in order. docs/numerics.md, "attention". Two queries at a time share every
// key and value that is loaded.
import { MINUS_INFINITY, ONE, splat } from './constants'
import { ATTENTION_SCALE_F32, HEAD_DIM, HIDDEN, QKV, QKV_STRIDE, SCRATCH, TOKENS } from './descriptor'
import { finishExp, reduceBelow } from './exp'
import { maxSplat, sumAcross, sumSplat } from './lanes'

/**
 * One head; the output takes the place of q. The rows between TOKENS and ROWS are read as keys and left out again.
 * Scratch: scores of two tokens, their reduced arguments.
 */
export function attendAll(d: usize, head: i32): void {
  const tokens = load<i32>(d, TOKENS)
  const dimBytes = <usize>load<i32>(d, HEAD_DIM) * 4
  const kAt = <usize>load<i32>(d, HIDDEN) * 4
  const stride = load<usize>(d, QKV_STRIDE)
  const scores = load<usize>(d, SCRATCH)
  const scale = v128.load32_splat(d, ATTENTION_SCALE_F32)
  const rowBytes = (<usize>tokens * 4 + 15) & ~15
  const reduced = scores + 2 * rowBytes
  let q = load<usize>(d, QKV) + <usize>head * dimBytes
  const k = q + kAt
  const v = k + kAt
  for (let t = tokens; t > 0; t -= 2) {
    // A last token without a partner is its own.
    const other = t > 1 ? q + stride : q
    scorePair(q, other, k, stride, dimBytes, tokens, scale, scores, rowBytes)
    reduceBelow(scores, rowBytes, maxOf(scores, rowBytes), reduced)
    reduceBelow(scores + rowBytes, rowBytes, maxOf(scores + rowBytes, rowBytes), reduced + rowBytes)
    finishExp(scores, 2 * rowBytes, reduced)
    const inverse = divisor(scores, rowBytes, tokens)
    const otherInverse = divisor(scores + rowBytes, rowBytes, tokens)
    let i: usize = 0
    for (; i + 64 <= dimBytes; i += 64) {
      weighFour(scores, rowBytes, tokens, v + i, stride, inverse, otherInverse, q + i, other + i)
    }
    for (; i < dimBytes; i += 16) {
      weighOne(scores, tokens, v + i, stride, inverse, q + i)
      if (t > 1) weighOne(scores + rowBytes, tokens, v + i, stride, otherInverse, other + i)
    }
    q += 2 * stride
  }
}

/** Scores of two queries against all keys; keys that are none score -Infinity. */
function scorePair(
  q: usize,
  other: usize,
  k: usize,
  stride: usize,
  dimBytes: usize,
  tokens: i32,
  scale: v128,
  out: usize,
  rowBytes: usize,
): void {
  const zero = f32x4.splat(0)
  for (; tokens > 0; tokens -= 4) {
    const k1 = k + stride
    const k2 = k1 + stride
    const k3 = k2 + stride
    let a0 = zero
    let a1 = zero
    let a2 = zero
    let a3 = zero
    let b0 = zero
    let b1 = zero
    let b2 = zero
    let b3 = zero
    for (let i: usize = 0; i < dimBytes; i += 16) {
      const qa = v128.load(q + i)
      const qb = v128.load(other + i)
      let x = v128.load(k + i)
      a0 = f32x4.add(a0, f32x4.mul(qa, x))
      b0 = f32x4.add(b0, f32x4.mul(qb, x))
      x = v128.load(k1 + i)
      a1 = f32x4.add(a1, f32x4.mul(qa, x))
      b1 = f32x4.add(b1, f32x4.mul(qb, x))
      x = v128.load(k2 + i)
      a2 = f32x4.add(a2, f32x4.mul(qa, x))
      b2 = f32x4.add(b2, f32x4.mul(qb, x))
      x = v128.load(k3 + i)
      a3 = f32x4.add(a3, f32x4.mul(qa, x))
      b3 = f32x4.add(b3, f32x4.mul(qb, x))
    }
    let a = f32x4.mul(sumAcross(a0, a1, a2, a3), scale)
    let b = f32x4.mul(sumAcross(b0, b1, b2, b3), scale)
    if (tokens < 4) {
      const there = firstLanes(tokens)
      a = v128.bitselect(a, splat(MINUS_INFINITY), there)
      b = v128.bitselect(b, splat(MINUS_INFINITY), there)
    }
    v128.store(out, a)
    v128.store(out + rowBytes, b)
    out += 16
    k = k3 + stride
  }
}

/** Largest of a row in every lane. */
function maxOf(scores: usize, bytes: usize): v128 {
  let max = splat(MINUS_INFINITY)
  for (let end = scores + bytes; scores < end; scores += 16) max = f32x4.pmax(max, v128.load(scores))
  return maxSplat(max)
}

/** 1 / sum4 of the weights in every lane. */
function divisor(e: usize, bytes: usize, tokens: i32): v128 {
  let sums = f32x4.splat(0)
  const last = e + bytes - 16
  for (; e < last; e += 16) sums = f32x4.add(sums, v128.load(e))
  const there = firstLanes(tokens - <i32>(bytes >> 2) + 4)
  return f32x4.div(splat(ONE), sumSplat(f32x4.add(sums, v128.and(v128.load(last), there))))
}

/** All bits of the first `count` lanes. */
@inline
function firstLanes(count: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count))
}

/** 16 dimensions of two outputs. */
function weighFour(
  e: usize,
  rowBytes: usize,
  tokens: i32,
  v: usize,
  stride: usize,
  inverse: v128,
  otherInverse: v128,
  out: usize,
  other: usize,
): void {
  const zero = f32x4.splat(0)
  let a0 = zero
  let a1 = zero
  let a2 = zero
  let a3 = zero
  let b0 = zero
  let b1 = zero
  let b2 = zero
  let b3 = zero
  for (; tokens > 0; tokens--) {
    const ea = v128.load32_splat(e)
    const eb = v128.load32_splat(e + rowBytes)
    let x = v128.load(v)
    a0 = f32x4.add(a0, f32x4.mul(ea, x))
    b0 = f32x4.add(b0, f32x4.mul(eb, x))
    x = v128.load(v, 16)
    a1 = f32x4.add(a1, f32x4.mul(ea, x))
    b1 = f32x4.add(b1, f32x4.mul(eb, x))
    x = v128.load(v, 32)
    a2 = f32x4.add(a2, f32x4.mul(ea, x))
    b2 = f32x4.add(b2, f32x4.mul(eb, x))
    x = v128.load(v, 48)
    a3 = f32x4.add(a3, f32x4.mul(ea, x))
    b3 = f32x4.add(b3, f32x4.mul(eb, x))
    e += 4
    v += stride
  }
  v128.store(out, f32x4.mul(a0, inverse))
  v128.store(out, f32x4.mul(a1, inverse), 16)
  v128.store(out, f32x4.mul(a2, inverse), 32)
  v128.store(out, f32x4.mul(a3, inverse), 48)
  v128.store(other, f32x4.mul(b0, otherInverse))
  v128.store(other, f32x4.mul(b1, otherInverse), 16)
  v128.store(other, f32x4.mul(b2, otherInverse), 32)
  v128.store(other, f32x4.mul(b3, otherInverse), 48)
}

/** 4 dimensions of one output. */
function weighOne(e: usize, tokens: i32, v: usize, stride: usize, inverse: v128, out: usize): void {
  let sum = f32x4.splat(0)
  for (; tokens > 0; tokens--) {
    sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(e), v128.load(v)))
    e += 4
    v += stride
  }
  v128.store(out, f32x4.mul(sum, inverse))
}
