// List attention where the lists are groups: the tokens of a group read each other and nobody else. All lists of a
// Sudoku are so. Four groups are computed side by side, one in each lane: no sum or maximum runs across lanes, no lane is
// padding, and no key needs a gather of its own. For that, q, k and v are transposed on the way in and the output on the
// way out. head_dim is 8, so that a query stays in registers.
import { finishExp, reduceBelow } from './exp'
import { MINUS_INFINITY, ONE, splat } from './constants'
import {
  ATTENTION_SCALE_F32,
  HIDDEN,
  LIST_OFFSETS,
  LIST_QUADS,
  LIST_WIDTH,
  QKV,
  SCRATCH,
} from './descriptor'

const DIM_BYTES: usize = 32
/** One member's k or v of four groups: [8 dimensions][4 groups]. */
const MEMBER_BYTES: usize = 128

/**
 * One head over all groups; the output takes the place of q.
 * @param list head record
 * @param bias f32 `[width]`, or 0
 */
export function attendGroups(d: usize, head: i32, list: usize, bias: usize): void {
  const width = load<i32>(list, LIST_WIDTH)
  const kAt = <usize>load<i32>(d, HIDDEN) * 4
  const q = load<usize>(d, QKV) + <usize>head * DIM_BYTES
  // Scratch: keys, values, one query's scores and their reduced arguments.
  const keys = load<usize>(d, SCRATCH)
  const values = keys + <usize>width * MEMBER_BYTES
  const scores = values + <usize>width * MEMBER_BYTES
  const quadBytes = <usize>width * 16
  const tableBytes = <usize>width * quadBytes
  let offsets = load<usize>(list, LIST_OFFSETS)
  for (let quad = load<i32>(list, LIST_QUADS); quad > 0; quad--) {
    gather(q + kAt, offsets, width, keys)
    gather(q + 2 * kAt, offsets, width, values)
    const end = offsets + quadBytes
    let row = scores
    for (let at = offsets; at < end; at += 16) {
      const max = scoreMember(d, q, at, keys, width, bias, row)
      reduceBelow(row, quadBytes, max, row + tableBytes)
      row += quadBytes
    }
    finishExp(scores, tableBytes, scores + tableBytes)
    row = scores
    for (; offsets < end; offsets += 16) {
      weighMember(q, offsets, values, width, row)
      row += quadBytes
    }
  }
}

/** Transposes four rows of four floats and stores them one after another. */
@inline
function transposeTo(out: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab01 = v128.shuffle<f32>(a, b, 0, 4, 1, 5)
  const ab23 = v128.shuffle<f32>(a, b, 2, 6, 3, 7)
  const cd01 = v128.shuffle<f32>(c, d, 0, 4, 1, 5)
  const cd23 = v128.shuffle<f32>(c, d, 2, 6, 3, 7)
  v128.store(out, v128.shuffle<f32>(ab01, cd01, 0, 1, 4, 5))
  v128.store(out, v128.shuffle<f32>(ab01, cd01, 2, 3, 6, 7), 16)
  v128.store(out, v128.shuffle<f32>(ab23, cd23, 0, 1, 4, 5), 32)
  v128.store(out, v128.shuffle<f32>(ab23, cd23, 2, 3, 6, 7), 48)
}

/** k or v of all members. */
function gather(from: usize, offsets: usize, width: i32, out: usize): void {
  for (; width > 0; width--) {
    const r0 = from + load<u32>(offsets)
    const r1 = from + load<u32>(offsets, 4)
    const r2 = from + load<u32>(offsets, 8)
    const r3 = from + load<u32>(offsets, 12)
    transposeTo(out, v128.load(r0), v128.load(r1), v128.load(r2), v128.load(r3))
    transposeTo(out + 64, v128.load(r0, 16), v128.load(r1, 16), v128.load(r2, 16), v128.load(r3, 16))
    offsets += 16
    out += MEMBER_BYTES
  }
}

/** Scores of one member against all; returns their maximum. */
function scoreMember(d: usize, q: usize, offsets: usize, k: usize, width: i32, bias: usize, out: usize): v128 {
  const scale = v128.load32_splat(d, ATTENTION_SCALE_F32)
  const r0 = q + load<u32>(offsets)
  const r1 = q + load<u32>(offsets, 4)
  const r2 = q + load<u32>(offsets, 8)
  const r3 = q + load<u32>(offsets, 12)
  let a = v128.load(r0)
  let b = v128.load(r1)
  let c = v128.load(r2)
  let e = v128.load(r3)
  let ab01 = v128.shuffle<f32>(a, b, 0, 4, 1, 5)
  let ab23 = v128.shuffle<f32>(a, b, 2, 6, 3, 7)
  let ce01 = v128.shuffle<f32>(c, e, 0, 4, 1, 5)
  let ce23 = v128.shuffle<f32>(c, e, 2, 6, 3, 7)
  const q0 = v128.shuffle<f32>(ab01, ce01, 0, 1, 4, 5)
  const q1 = v128.shuffle<f32>(ab01, ce01, 2, 3, 6, 7)
  const q2 = v128.shuffle<f32>(ab23, ce23, 0, 1, 4, 5)
  const q3 = v128.shuffle<f32>(ab23, ce23, 2, 3, 6, 7)
  a = v128.load(r0, 16)
  b = v128.load(r1, 16)
  c = v128.load(r2, 16)
  e = v128.load(r3, 16)
  ab01 = v128.shuffle<f32>(a, b, 0, 4, 1, 5)
  ab23 = v128.shuffle<f32>(a, b, 2, 6, 3, 7)
  ce01 = v128.shuffle<f32>(c, e, 0, 4, 1, 5)
  ce23 = v128.shuffle<f32>(c, e, 2, 6, 3, 7)
  const q4 = v128.shuffle<f32>(ab01, ce01, 0, 1, 4, 5)
  const q5 = v128.shuffle<f32>(ab01, ce01, 2, 3, 6, 7)
  const q6 = v128.shuffle<f32>(ab23, ce23, 0, 1, 4, 5)
  const q7 = v128.shuffle<f32>(ab23, ce23, 2, 3, 6, 7)
  let max = splat(MINUS_INFINITY)
  for (; width > 0; width--) {
    // Lane sums of dot4: dimensions 0 and 4, 2 and 6, 1 and 5, 3 and 7.
    const s0 = f32x4.add(f32x4.mul(q0, v128.load(k)), f32x4.mul(q4, v128.load(k, 64)))
    const s2 = f32x4.add(f32x4.mul(q2, v128.load(k, 32)), f32x4.mul(q6, v128.load(k, 96)))
    const s1 = f32x4.add(f32x4.mul(q1, v128.load(k, 16)), f32x4.mul(q5, v128.load(k, 80)))
    const s3 = f32x4.add(f32x4.mul(q3, v128.load(k, 48)), f32x4.mul(q7, v128.load(k, 112)))
    let s = f32x4.mul(f32x4.add(f32x4.add(s0, s2), f32x4.add(s1, s3)), scale)
    if (bias) {
      s = f32x4.add(s, v128.load32_splat(bias))
      bias += 4
    }
    v128.store(out, s)
    max = f32x4.pmax(max, s)
    k += MEMBER_BYTES
    out += 16
  }
  return max
}

/** Weighted sums of values of one member, divided by the sum of the weights and stored over its q. */
function weighMember(q: usize, offsets: usize, v: usize, width: i32, e: usize): void {
  const zero = f32x4.splat(0)
  let a0 = zero
  let a1 = zero
  let a2 = zero
  let a3 = zero
  let a4 = zero
  let a5 = zero
  let a6 = zero
  let a7 = zero
  for (let p = e, end = e + <usize>width * 16; p < end; p += 16) {
    const weight = v128.load(p)
    a0 = f32x4.add(a0, f32x4.mul(weight, v128.load(v)))
    a1 = f32x4.add(a1, f32x4.mul(weight, v128.load(v, 16)))
    a2 = f32x4.add(a2, f32x4.mul(weight, v128.load(v, 32)))
    a3 = f32x4.add(a3, f32x4.mul(weight, v128.load(v, 48)))
    a4 = f32x4.add(a4, f32x4.mul(weight, v128.load(v, 64)))
    a5 = f32x4.add(a5, f32x4.mul(weight, v128.load(v, 80)))
    a6 = f32x4.add(a6, f32x4.mul(weight, v128.load(v, 96)))
    a7 = f32x4.add(a7, f32x4.mul(weight, v128.load(v, 112)))
    v += MEMBER_BYTES
  }
  const inverse = f32x4.div(splat(ONE), sumOfWeights(e, width))
  const r0 = q + load<u32>(offsets)
  const r1 = q + load<u32>(offsets, 4)
  const r2 = q + load<u32>(offsets, 8)
  const r3 = q + load<u32>(offsets, 12)
  scatter(r0, r1, r2, r3, f32x4.mul(a0, inverse), f32x4.mul(a1, inverse), f32x4.mul(a2, inverse), f32x4.mul(a3, inverse))
  scatter(
    r0 + 16,
    r1 + 16,
    r2 + 16,
    r3 + 16,
    f32x4.mul(a4, inverse),
    f32x4.mul(a5, inverse),
    f32x4.mul(a6, inverse),
    f32x4.mul(a7, inverse),
  )
}

/** Transposes four dimensions of four groups back to one row for each group. */
@inline
function scatter(r0: usize, r1: usize, r2: usize, r3: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab01 = v128.shuffle<f32>(a, b, 0, 4, 1, 5)
  const ab23 = v128.shuffle<f32>(a, b, 2, 6, 3, 7)
  const cd01 = v128.shuffle<f32>(c, d, 0, 4, 1, 5)
  const cd23 = v128.shuffle<f32>(c, d, 2, 6, 3, 7)
  v128.store(r0, v128.shuffle<f32>(ab01, cd01, 0, 1, 4, 5))
  v128.store(r1, v128.shuffle<f32>(ab01, cd01, 2, 3, 6, 7))
  v128.store(r2, v128.shuffle<f32>(ab23, cd23, 0, 1, 4, 5))
  v128.store(r3, v128.shuffle<f32>(ab23, cd23, 2, 3, 6, 7))
}

/** sum4 of the weights by position in the list. */
@inline
function sumOfWeights(e: usize, width: i32): v128 {
  let z0 = f32x4.splat(0)
  let z1 = z0
  let z2 = z0
  let z3 = z0
  for (; width >= 4; width -= 4) {
    z0 = f32x4.add(z0, v128.load(e))
    z1 = f32x4.add(z1, v128.load(e, 16))
    z2 = f32x4.add(z2, v128.load(e, 32))
    z3 = f32x4.add(z3, v128.load(e, 48))
    e += 64
  }
  if (width > 0) z0 = f32x4.add(z0, v128.load(e))
  if (width > 1) z1 = f32x4.add(z1, v128.load(e, 16))
  if (width > 2) z2 = f32x4.add(z2, v128.load(e, 32))
  return f32x4.add(f32x4.add(z0, z2), f32x4.add(z1, z3))
}
