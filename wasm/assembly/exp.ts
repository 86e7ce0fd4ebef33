// exp of docs/numerics.md over vectors in memory, in two passes: range reduction, then polynomial and power of two.
// In one pass every vector is a chain of some twenty dependent operations, of which the processor can look ahead over
// four or five at a time; two short chains with few constants take two thirds of the time (measured, docs/engine.md).
import {
  C2,
  C3,
  C4,
  C5,
  EXP_MIN,
  LN2_HI,
  LN2_LO,
  LOG2E,
  MAGIC,
  MINUS_EXP_MAX,
  MINUS_EXP_MIN,
  MINUS_LN2_HI,
  ONE,
  splat,
} from './constants'

/**
 * First pass for exp(x - max), x - max at most 0: only the lower clamp can matter.
 * @param x f32, becomes 1.5 * 2^23 + n, what the second pass calls `shifted`
 * @param max subtracted from every x
 * @param reduced receives r
 */
export function reduceBelow(x: usize, bytes: usize, max: v128, reduced: usize): void {
  const expMin = splat(EXP_MIN)
  const log2e = splat(LOG2E)
  const magic = splat(MAGIC)
  const ln2Hi = splat(LN2_HI)
  const ln2Lo = splat(LN2_LO)
  for (let end = x + bytes; x < end; x += 16) {
    const y = f32x4.pmax(expMin, f32x4.sub(v128.load(x), max))
    const shifted = f32x4.add(f32x4.mul(y, log2e), magic)
    const n = f32x4.sub(shifted, magic)
    v128.store(x, shifted)
    v128.store(reduced, f32x4.sub(f32x4.sub(y, f32x4.mul(n, ln2Hi)), f32x4.mul(n, ln2Lo)))
    reduced += 16
  }
}

/**
 * First pass for exp(-g). -g is never formed: every term that has it as a factor or summand rounds to the same bits
 * with the sign on the other side.
 */
export function reduceMinus(g: usize, bytes: usize, shifted: usize, reduced: usize): void {
  const minusExpMin = splat(MINUS_EXP_MIN)
  const minusExpMax = splat(MINUS_EXP_MAX)
  const log2e = splat(LOG2E)
  const magic = splat(MAGIC)
  const minusLn2Hi = splat(MINUS_LN2_HI)
  const ln2Lo = splat(LN2_LO)
  for (let end = g + bytes; g < end; g += 16) {
    const y = f32x4.pmax(minusExpMax, f32x4.pmin(minusExpMin, v128.load(g)))
    const biased = f32x4.sub(magic, f32x4.mul(y, log2e))
    const n = f32x4.sub(biased, magic)
    v128.store(shifted, biased)
    v128.store(reduced, f32x4.sub(f32x4.sub(f32x4.mul(n, minusLn2Hi), y), f32x4.mul(n, ln2Lo)))
    shifted += 16
    reduced += 16
  }
}

/**
 * Second pass: e = p(r) * 2^n, written over `shifted`.
 *
 * The product is taken by adding n to the exponent field. `shifted` is 1.5 * 2^23 + n: its low 9 bits are n, and the
 * shift drops the rest. Equal to the product for all clamped x: p is at least 0.7 and n at least -125, or n is -126 and
 * p is 1.4, so the result is normal; n is at most 127, and then p is below 1.
 */
export function finishExp(shifted: usize, bytes: usize, reduced: usize): void {
  const c2 = splat(C2)
  const c3 = splat(C3)
  const c4 = splat(C4)
  const c5 = splat(C5)
  const one = splat(ONE)
  for (let end = shifted + bytes; shifted < end; shifted += 16) {
    const r = v128.load(reduced)
    let p = f32x4.add(f32x4.mul(c5, r), c4)
    p = f32x4.add(f32x4.mul(p, r), c3)
    p = f32x4.add(f32x4.mul(p, r), c2)
    p = f32x4.add(f32x4.mul(p, r), one)
    p = f32x4.add(f32x4.mul(p, r), one)
    v128.store(shifted, i32x4.add(p, i32x4.shl(v128.load(shifted), 23)))
    reduced += 16
  }
}
