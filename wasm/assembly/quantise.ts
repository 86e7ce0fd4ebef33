// Quantising four rows at a time: docs/numerics.md, "Quantised matrix product", steps 1 and 2.
//
// Packed activations of four rows, what the matrix kernels read, per 4 k:
//   relaxed   u8 [4 rows][4 k], q + 64                     16 bytes
//   simd128   i16 [2 pairs of k][4 rows][2 k], q           32 bytes
import { ABS_MASK, AMAX_MIN, BYTE_MASK, MAGIC, MAGIC_64, Q_MAX, splat } from './constants'
import { lane0, lane1, lane2, lane3, maxAcross } from './lanes'

/** Bytes of packed activations per 4 k of four rows. */
export const PACKED_STEP: usize = ASC_FEATURE_RELAXED_SIMD ? 16 : 32

/** Largest magnitude of four rows of `bytes / 4` floats, lane i for row i. */
export function amaxOf4(x: usize, stride: usize, bytes: usize): v128 {
  const abs = splat(ABS_MASK)
  let m0 = f32x4.splat(0)
  let m1 = m0
  let m2 = m0
  let m3 = m0
  for (let end = x + bytes; x < end; x += 16) {
    m0 = f32x4.pmax(m0, v128.and(abs, v128.load(x)))
    m1 = f32x4.pmax(m1, v128.and(abs, v128.load(x + stride)))
    m2 = f32x4.pmax(m2, v128.and(abs, v128.load(x + 2 * stride)))
    m3 = f32x4.pmax(m3, v128.and(abs, v128.load(x + 3 * stride)))
  }
  return maxAcross(m0, m1, m2, m3)
}

/** Stores the scales of four rows, given their largest magnitudes, and returns what to multiply them with. */
@inline
export function storeScales(amax: v128, scales: usize): v128 {
  const qMax = splat(Q_MAX)
  const alive = f32x4.ge(amax, splat(AMAX_MIN))
  v128.store(scales, v128.and(alive, f32x4.div(amax, qMax)))
  return v128.and(alive, f32x4.div(qMax, amax))
}

/** What to add to x * inverse so that q (simd128) or q + 64 (relaxed) stands in the low bits. */
@inline
export function roundingBias(): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? splat(MAGIC_64) : splat(MAGIC)
}

/** Takes the float's own bits away again: a mask for u8, the bits of the bias for i16. */
@inline
export function integerBits(bias: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? splat(BYTE_MASK) : bias
}

@inline
function toInteger(biased: v128, bits: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? v128.and(biased, bits) : i32x4.sub(biased, bits)
}

/** Packs 4 k of four rows; the arguments are x * inverse + bias. */
@inline
export function packStep(packed: usize, bits: v128, r0: v128, r1: v128, r2: v128, r3: v128): void {
  const r01 = i16x8.narrow_i32x4_s(toInteger(r0, bits), toInteger(r1, bits))
  const r23 = i16x8.narrow_i32x4_s(toInteger(r2, bits), toInteger(r3, bits))
  if (ASC_FEATURE_RELAXED_SIMD) {
    v128.store(packed, i8x16.narrow_i16x8_u(r01, r23))
  } else {
    v128.store(packed, v128.shuffle<i32>(r01, r23, 0, 2, 4, 6))
    v128.store(packed, v128.shuffle<i32>(r01, r23, 1, 3, 5, 7), 16)
  }
}

/** Quantises four rows whose largest magnitudes are known. */
export function quantise4Known(x: usize, stride: usize, bytes: usize, amax: v128, packed: usize, scales: usize): void {
  const inverse = storeScales(amax, scales)
  const i0 = lane0(inverse)
  const i1 = lane1(inverse)
  const i2 = lane2(inverse)
  const i3 = lane3(inverse)
  const bias = roundingBias()
  const bits = integerBits(bias)
  for (let end = x + bytes; x < end; x += 16) {
    packStep(
      packed,
      bits,
      f32x4.add(f32x4.mul(v128.load(x), i0), bias),
      f32x4.add(f32x4.mul(v128.load(x + stride), i1), bias),
      f32x4.add(f32x4.mul(v128.load(x + 2 * stride), i2), bias),
      f32x4.add(f32x4.mul(v128.load(x + 3 * stride), i3), bias),
    )
    packed += PACKED_STEP
  }
}

/**
 * Quantises four rows of `bytes / 4` floats (a multiple of 4), `stride` bytes apart.
 * @param packed `[bytes / 16]` steps of PACKED_STEP bytes
 * @param scales f32 [4]
 */
export function quantise4(x: usize, stride: usize, bytes: usize, packed: usize, scales: usize): void {
  quantise4Known(x, stride, bytes, amaxOf4(x, stride, bytes), packed, scales)
}
