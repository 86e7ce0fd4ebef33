// Weighted sums of values of one member of a group, four groups at a time: attention-groups.ts.
import { ONE, splat } from './constants'
import { transposeTo } from './lanes'

/**
 * @param q where the output goes, one row for each group
 * @param offsets u32 `[4]`, rows of the member in the four groups
 * @param values `[width][head_dim][4]`
 * @param e weights `[width][4]`
 */
export function weighMember(q: usize, offsets: usize, values: usize, dimBytes: usize, width: i32, e: usize): void {
  const inverse = f32x4.div(splat(ONE), sumOfWeights(e, width))
  let r0 = q + load<u32>(offsets)
  let r1 = q + load<u32>(offsets, 4)
  let r2 = q + load<u32>(offsets, 8)
  let r3 = q + load<u32>(offsets, 12)
  let left = dimBytes
  for (; left >= 32; left -= 32) {
    weighEight(r0, r1, r2, r3, values, 4 * dimBytes, width, e, inverse)
    values += 128
    r0 += 32
    r1 += 32
    r2 += 32
    r3 += 32
  }
  if (left) weighFour(r0, r1, r2, r3, values, 4 * dimBytes, width, e, inverse)
}

/** Eight dimensions. `stride`: bytes from member to member of the values. */
@inline
function weighEight(
  r0: usize,
  r1: usize,
  r2: usize,
  r3: usize,
  v: usize,
  stride: usize,
  width: i32,
  e: usize,
  inverse: v128,
): void {
  const zero = f32x4.splat(0)
  let a0 = zero
  let a1 = zero
  let a2 = zero
  let a3 = zero
  let a4 = zero
  let a5 = zero
  let a6 = zero
  let a7 = zero
  for (; width > 0; width--) {
    const weight = v128.load(e)
    a0 = f32x4.add(a0, f32x4.mul(weight, v128.load(v)))
    a1 = f32x4.add(a1, f32x4.mul(weight, v128.load(v, 16)))
    a2 = f32x4.add(a2, f32x4.mul(weight, v128.load(v, 32)))
    a3 = f32x4.add(a3, f32x4.mul(weight, v128.load(v, 48)))
    a4 = f32x4.add(a4, f32x4.mul(weight, v128.load(v, 64)))
    a5 = f32x4.add(a5, f32x4.mul(weight, v128.load(v, 80)))
    a6 = f32x4.add(a6, f32x4.mul(weight, v128.load(v, 96)))
    a7 = f32x4.add(a7, f32x4.mul(weight, v128.load(v, 112)))
    e += 16
    v += stride
  }
  transposeTo(
    f32x4.mul(a0, inverse),
    f32x4.mul(a1, inverse),
    f32x4.mul(a2, inverse),
    f32x4.mul(a3, inverse),
    r0,
    r1,
    r2,
    r3,
  )
  transposeTo(
    f32x4.mul(a4, inverse),
    f32x4.mul(a5, inverse),
    f32x4.mul(a6, inverse),
    f32x4.mul(a7, inverse),
    r0 + 16,
    r1 + 16,
    r2 + 16,
    r3 + 16,
  )
}

/** The last four dimensions, where head_dim is no multiple of 8. */
@inline
function weighFour(
  r0: usize,
  r1: usize,
  r2: usize,
  r3: usize,
  v: usize,
  stride: usize,
  width: i32,
  e: usize,
  inverse: v128,
): void {
  const zero = f32x4.splat(0)
  let a0 = zero
  let a1 = zero
  let a2 = zero
  let a3 = zero
  for (; width > 0; width--) {
    const weight = v128.load(e)
    a0 = f32x4.add(a0, f32x4.mul(weight, v128.load(v)))
    a1 = f32x4.add(a1, f32x4.mul(weight, v128.load(v, 16)))
    a2 = f32x4.add(a2, f32x4.mul(weight, v128.load(v, 32)))
    a3 = f32x4.add(a3, f32x4.mul(weight, v128.load(v, 48)))
    e += 16
    v += stride
  }
  transposeTo(
    f32x4.mul(a0, inverse),
    f32x4.mul(a1, inverse),
    f32x4.mul(a2, inverse),
    f32x4.mul(a3, inverse),
    r0,
    r1,
    r2,
    r3,
  )
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
