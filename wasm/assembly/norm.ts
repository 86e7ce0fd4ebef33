// Row operations on four rows of z at a time: RMS norm and injection, each with the quantiser behind it, because the
// row is in L1 and its largest magnitude comes with the same pass.
import { ABS_MASK, ONE, splat } from './constants'
import { lane0, lane1, lane2, lane3, maxAcross, sumAcross } from './lanes'
import { integerBits, PACKED_STEP, packStep, quantise4Known, roundingBias, storeScales } from './quantise'

/** 1 / sqrt(mean square + eps) of four rows, from their sums of squares. */
@inline
function rmsFactor(sums: v128, hidden: f32, eps: f32): v128 {
  return f32x4.div(splat(ONE), f32x4.sqrt(f32x4.add(f32x4.div(sums, f32x4.splat(hidden)), f32x4.splat(eps))))
}

/** z = rms(z) for four rows of `bytes / 4` floats. */
export function rms4(z: usize, stride: usize, bytes: usize, eps: f32): void {
  let s0 = f32x4.splat(0)
  let s1 = s0
  let s2 = s0
  let s3 = s0
  const end = z + bytes
  for (let p = z; p < end; p += 16) {
    const x0 = v128.load(p)
    const x1 = v128.load(p + stride)
    const x2 = v128.load(p + 2 * stride)
    const x3 = v128.load(p + 3 * stride)
    s0 = f32x4.add(s0, f32x4.mul(x0, x0))
    s1 = f32x4.add(s1, f32x4.mul(x1, x1))
    s2 = f32x4.add(s2, f32x4.mul(x2, x2))
    s3 = f32x4.add(s3, f32x4.mul(x3, x3))
  }
  const r = rmsFactor(sumAcross(s0, s1, s2, s3), <f32>(bytes >> 2), eps)
  const r0 = lane0(r)
  const r1 = lane1(r)
  const r2 = lane2(r)
  const r3 = lane3(r)
  for (let p = z; p < end; p += 16) {
    v128.store(p, f32x4.mul(v128.load(p), r0))
    v128.store(p + stride, f32x4.mul(v128.load(p + stride), r1))
    v128.store(p + 2 * stride, f32x4.mul(v128.load(p + 2 * stride), r2))
    v128.store(p + 3 * stride, f32x4.mul(v128.load(p + 3 * stride), r3))
  }
}

/** z = rms(z) for four rows, and the quantised rows. */
export function rmsQuantise4(z: usize, stride: usize, bytes: usize, eps: f32, packed: usize, scales: usize): void {
  const abs = splat(ABS_MASK)
  let s0 = f32x4.splat(0)
  let s1 = s0
  let s2 = s0
  let s3 = s0
  let m0 = s0
  let m1 = s0
  let m2 = s0
  let m3 = s0
  const end = z + bytes
  for (let p = z; p < end; p += 16) {
    const x0 = v128.load(p)
    const x1 = v128.load(p + stride)
    const x2 = v128.load(p + 2 * stride)
    const x3 = v128.load(p + 3 * stride)
    s0 = f32x4.add(s0, f32x4.mul(x0, x0))
    s1 = f32x4.add(s1, f32x4.mul(x1, x1))
    s2 = f32x4.add(s2, f32x4.mul(x2, x2))
    s3 = f32x4.add(s3, f32x4.mul(x3, x3))
    m0 = f32x4.pmax(m0, v128.and(abs, x0))
    m1 = f32x4.pmax(m1, v128.and(abs, x1))
    m2 = f32x4.pmax(m2, v128.and(abs, x2))
    m3 = f32x4.pmax(m3, v128.and(abs, x3))
  }
  const r = rmsFactor(sumAcross(s0, s1, s2, s3), <f32>(bytes >> 2), eps)
  // Rounding keeps order, so the largest |x * r| is the largest |x| times r.
  const inverse = storeScales(f32x4.mul(maxAcross(m0, m1, m2, m3), r), scales)
  const r0 = lane0(r)
  const r1 = lane1(r)
  const r2 = lane2(r)
  const r3 = lane3(r)
  const i0 = lane0(inverse)
  const i1 = lane1(inverse)
  const i2 = lane2(inverse)
  const i3 = lane3(inverse)
  const bias = roundingBias()
  const bits = integerBits(bias)
  for (let p = z; p < end; p += 16) {
    const x0 = f32x4.mul(v128.load(p), r0)
    const x1 = f32x4.mul(v128.load(p + stride), r1)
    const x2 = f32x4.mul(v128.load(p + 2 * stride), r2)
    const x3 = f32x4.mul(v128.load(p + 3 * stride), r3)
    v128.store(p, x0)
    v128.store(p + stride, x1)
    v128.store(p + 2 * stride, x2)
    v128.store(p + 3 * stride, x3)
    packStep(
      packed,
      bits,
      f32x4.add(f32x4.mul(x0, i0), bias),
      f32x4.add(f32x4.mul(x1, i1), bias),
      f32x4.add(f32x4.mul(x2, i2), bias),
      f32x4.add(f32x4.mul(x3, i3), bias),
    )
    packed += PACKED_STEP
  }
}

/**
 * z = z + a, or z + (a + b) where `b` is not 0, for four rows, and the quantised rows.
 */
export function injectQuantise4(
  z: usize,
  a: usize,
  b: usize,
  stride: usize,
  bytes: usize,
  packed: usize,
  scales: usize,
): void {
  const abs = splat(ABS_MASK)
  const zero = f32x4.splat(0)
  let m0 = zero
  let m1 = zero
  let m2 = zero
  let m3 = zero
  for (let i: usize = 0; i < bytes; i += 16) {
    m0 = f32x4.pmax(m0, v128.and(abs, inject(z + i, a + i, b + i, b)))
    const row1 = i + stride
    m1 = f32x4.pmax(m1, v128.and(abs, inject(z + row1, a + row1, b + row1, b)))
    const row2 = i + 2 * stride
    m2 = f32x4.pmax(m2, v128.and(abs, inject(z + row2, a + row2, b + row2, b)))
    const row3 = i + 3 * stride
    m3 = f32x4.pmax(m3, v128.and(abs, inject(z + row3, a + row3, b + row3, b)))
  }
  quantise4Known(z, stride, bytes, maxAcross(m0, m1, m2, m3), packed, scales)
}

@inline
function inject(z: usize, a: usize, b: usize, hasB: usize): v128 {
  let y = v128.load(a)
  if (hasB) y = f32x4.add(y, v128.load(b))
  y = f32x4.add(v128.load(z), y)
  v128.store(z, y)
  return y
}
