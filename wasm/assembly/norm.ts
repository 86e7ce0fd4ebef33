// Operations on whole rows of z, four at a time: RMS norm and injection, each with the quantiser behind it, because the
// largest magnitude comes with the same pass.
import { ABS_MASK, ONE, splat } from './constants'
import { lane0, lane1, lane2, lane3, maxAcross, sumAcross } from './lanes'
import { integerBits, PACKED_STEP, packRows, packStep, roundingBias, storeScales } from './quantise'

/** 1 / sqrt(mean square + eps) of four rows, from their sums of squares. */
@inline
function rmsFactor(sums: v128, hidden: f32, eps: f32): v128 {
  return f32x4.div(splat(ONE), f32x4.sqrt(f32x4.add(f32x4.div(sums, f32x4.splat(hidden)), f32x4.splat(eps))))
}

/** z = rms(z) for `tiles` times four rows of `bytes / 4` floats, `stride` bytes apart. */
export function rms(z: usize, stride: usize, bytes: usize, eps: f32, tiles: i32): void {
  for (; tiles > 0; tiles--) {
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
    z += 4 * stride
  }
}

/**
 * z = rms(z), and the quantised rows.
 * @param factors scratch, 32 bytes a tile
 */
export function rmsQuantise(
  z: usize,
  stride: usize,
  bytes: usize,
  eps: f32,
  tiles: i32,
  factors: usize,
  packed: usize,
  scales: usize,
): void {
  measureRows(z, stride, bytes, eps, tiles, factors, scales)
  const bias = roundingBias()
  const bits = integerBits(bias)
  for (; tiles > 0; tiles--) {
    const r = v128.load(factors)
    const inverse = v128.load(factors, 16)
    const r0 = lane0(r)
    const r1 = lane1(r)
    const r2 = lane2(r)
    const r3 = lane3(r)
    const i0 = lane0(inverse)
    const i1 = lane1(inverse)
    const i2 = lane2(inverse)
    const i3 = lane3(inverse)
    for (let p = z, end = z + bytes; p < end; p += 16) {
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
    z += 4 * stride
    factors += 32
  }
}

/** First pass of rmsQuantise: scales, and for every tile the factors of the norm and of the quantiser. */
function measureRows(z: usize, stride: usize, bytes: usize, eps: f32, tiles: i32, factors: usize, scales: usize): void {
  const abs = splat(ABS_MASK)
  for (; tiles > 0; tiles--) {
    let s0 = f32x4.splat(0)
    let s1 = s0
    let s2 = s0
    let s3 = s0
    let m0 = s0
    let m1 = s0
    let m2 = s0
    let m3 = s0
    for (let p = z, end = z + bytes; p < end; p += 16) {
      const x0 = v128.load(p)
      const x1 = v128.load(p + stride)
      const x2 = v128.load(p + 2 * stride)
      const x3 = v128.load(p + 3 * stride)
      s0 = f32x4.add(s0, f32x4.mul(x0, x0))
      s1 = f32x4.add(s1, f32x4.mul(x1, x1))
      s2 = f32x4.add(s2, f32x4.mul(x2, x2))
      s3 = f32x4.add(s3, f32x4.mul(x3, x3))
      m0 = i32x4.max_s(m0, v128.and(abs, x0))
      m1 = i32x4.max_s(m1, v128.and(abs, x1))
      m2 = i32x4.max_s(m2, v128.and(abs, x2))
      m3 = i32x4.max_s(m3, v128.and(abs, x3))
    }
    const r = rmsFactor(sumAcross(s0, s1, s2, s3), <f32>(bytes >> 2), eps)
    v128.store(factors, r)
    // Rounding keeps order, so the largest |x * r| is the largest |x| times r.
    v128.store(factors, storeScales(f32x4.mul(maxAcross(m0, m1, m2, m3), r), scales), 16)
    z += 4 * stride
    factors += 32
    scales += 16
  }
}

/**
 * z = z + a, or z + (a + b) where `b` is not 0, and the quantised rows.
 * @param inverses scratch, 16 bytes a tile
 */
export function injectQuantise(
  z: usize,
  a: usize,
  b: usize,
  stride: usize,
  bytes: usize,
  tiles: i32,
  inverses: usize,
  packed: usize,
  scales: usize,
): void {
  const abs = splat(ABS_MASK)
  const zero = f32x4.splat(0)
  let at: usize = 0
  for (let tile: usize = 0; tile < <usize>tiles * 16; tile += 16) {
    let m0 = zero
    let m1 = zero
    let m2 = zero
    let m3 = zero
    for (let end = at + bytes; at < end; at += 16) {
      m0 = i32x4.max_s(m0, v128.and(abs, inject(z, a, b, at)))
      m1 = i32x4.max_s(m1, v128.and(abs, inject(z, a, b, at + stride)))
      m2 = i32x4.max_s(m2, v128.and(abs, inject(z, a, b, at + 2 * stride)))
      m3 = i32x4.max_s(m3, v128.and(abs, inject(z, a, b, at + 3 * stride)))
    }
    v128.store(inverses + tile, storeScales(maxAcross(m0, m1, m2, m3), scales + tile))
    at += 4 * stride - bytes
  }
  packRows(z, stride, bytes, tiles, inverses, packed)
}

@inline
function inject(z: usize, a: usize, b: usize, at: usize): v128 {
  let y = v128.load(a + at)
  if (b) y = f32x4.add(y, v128.load(b + at))
  y = f32x4.add(v128.load(z + at), y)
  v128.store(z + at, y)
  return y
}
