// Quantising rows, four at a time (a tile): docs/numerics.md, "Quantised matrix product", steps 1 and 2.
//
// Packed activations of a tile, what the matrix kernel reads, per 4 k:
//   relaxed   u8 [4 rows][4 k], q + 64                     16 bytes
//   simd128   i16 [2 pairs of k][4 rows][2 k], q           32 bytes
//
// Everything that takes a whole row first (its largest magnitude, its norm) runs for all tiles before the second pass
// begins: the divisions and roots at the end of a row then hide behind the next rows.
import { ABS_MASK, AMAX_MIN, BYTE_MASK, MAGIC, MAGIC_64, Q_MAX, splat } from './constants'
import { lane0, lane1, lane2, lane3, maxAcross } from './lanes'

/** Bytes of packed activations per 4 k of a tile. */
export const PACKED_STEP: usize = ASC_FEATURE_RELAXED_SIMD ? 16 : 32

/** Stores the scales of a tile, given its largest magnitudes, and returns what to multiply its rows with. */
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

/** Packs 4 k of a tile; the arguments are x * inverse + bias. */
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

/**
 * Second pass, where nothing else is to be done with the rows.
 * @param inverses f32 `[tiles][4]`
 */
export function packRows(x: usize, stride: usize, bytes: usize, tiles: i32, inverses: usize, packed: usize): void {
  const bias = roundingBias()
  const bits = integerBits(bias)
  for (; tiles > 0; tiles--) {
    const inverse = v128.load(inverses)
    const i0 = lane0(inverse)
    const i1 = lane1(inverse)
    const i2 = lane2(inverse)
    const i3 = lane3(inverse)
    for (let p = x, end = x + bytes; p < end; p += 16) {
      packStep(
        packed,
        bits,
        f32x4.add(f32x4.mul(v128.load(p), i0), bias),
        f32x4.add(f32x4.mul(v128.load(p + stride), i1), bias),
        f32x4.add(f32x4.mul(v128.load(p + 2 * stride), i2), bias),
        f32x4.add(f32x4.mul(v128.load(p + 3 * stride), i3), bias),
      )
      packed += PACKED_STEP
    }
    x += 4 * stride
    inverses += 16
  }
}

/**
 * Quantises `tiles` times four rows of `bytes / 4` floats, `stride` bytes apart.
 * @param inverses scratch, 16 bytes a tile
 * @param packed `[tiles][bytes / 16]` steps of PACKED_STEP bytes
 * @param scales f32 `[tiles][4]`
 */
export function quantise(
  x: usize,
  stride: usize,
  bytes: usize,
  tiles: i32,
  inverses: usize,
  packed: usize,
  scales: usize,
): void {
  const abs = splat(ABS_MASK)
  let p = x
  for (let tile: usize = 0; tile < <usize>tiles * 16; tile += 16) {
    let m0 = f32x4.splat(0)
    let m1 = m0
    let m2 = m0
    let m3 = m0
    for (let end = p + bytes; p < end; p += 16) {
      m0 = i32x4.max_s(m0, v128.and(abs, v128.load(p)))
      m1 = i32x4.max_s(m1, v128.and(abs, v128.load(p + stride)))
      m2 = i32x4.max_s(m2, v128.and(abs, v128.load(p + 2 * stride)))
      m3 = i32x4.max_s(m3, v128.and(abs, v128.load(p + 3 * stride)))
    }
    v128.store(inverses + tile, storeScales(maxAcross(m0, m1, m2, m3), scales + tile))
    p += 4 * stride - bytes
  }
  packRows(x, stride, bytes, tiles, inverses, packed)
}
