// The int8 matrix kernel: tiles of 4 rows x 8 columns, 8 accumulators (`dot`: 6 rows, gemm-dot.ts), weights in panels of 8
// columns (descriptor.ts), activations packed by quantise.ts. Columns are the outer loop, so a panel stays in L1 while all
// rows pass it.
//
// Three ways to multiply, equal to the bit:
//   dot    relaxed build, machines with a dot product instruction (VNNI, ARM dotprod): one relaxed_dot for 16 products.
//          Its second operand is u = q + 64 within 0..127, where the relaxed dot is exact everywhere; the accumulators
//          start from -64 * sum W, which takes the 64 off again.
//   pair   relaxed build, x64 without VNNI: there V8 makes relaxed_dot out of vpmaddubsw, vpmaddwd, vpaddd and two more
//          instructions for a vector of ones, every time. Written out, the ones stay in a register: 1.4x faster on Zen 3.
//          A sum of two products is at most 32,512 and fits i16.
//   wide   simd128 build: i16 products. The weights stay i8 in memory and are widened as they are loaded.
import { ONES_I16, splat } from './constants'
import { PANEL_COLUMNS, PANEL_HEADER, PANEL_STEP } from './descriptor'
import { gemmDot } from './gemm-dot'
import { emitRow } from './gemm-emit'
import { PACKED_STEP } from './quantise'

@inline
function dotPair(w: v128, u: v128, ones: v128, acc: v128): v128 {
  return i32x4.add(acc, i32x4.dot_i16x8_s(i16x8.relaxed_dot_i8x16_i7x16_s(w, u), ones))
}

@inline
function dotWide(w: v128, q: v128, acc: v128): v128 {
  return i32x4.add(acc, i32x4.dot_i16x8_s(w, q))
}

/**
 * out = linear(x), or out = out + linear(x), for `tiles` times four rows.
 * @param pair relaxed build: multiply by `pair`, not by `dot`
 * @param packed activations, `[tiles][steps]` of PACKED_STEP bytes
 * @param scales f32 `[tiles][4]`, scales of the rows
 * @param panel packed matrix
 * @param panels columns / 8
 * @param steps K / 4, at least 1
 * @param stride bytes from row to row of `out`
 */
export function gemm(
  pair: i32,
  packed: usize,
  scales: usize,
  panel: usize,
  panels: i32,
  steps: i32,
  tiles: i32,
  out: usize,
  stride: usize,
  add: bool,
): void {
  if (ASC_FEATURE_RELAXED_SIMD && !pair) {
    gemmDot(packed, scales, panel, panels, steps, tiles, out, stride, add)
    return
  }
  const packedStep = PACKED_STEP
  const ones = splat(ONES_I16)
  for (; panels > 0; panels--) {
    let x = packed
    let s = scales
    let y = out
    let w = panel
    for (let tile = tiles; tile > 0; tile--) {
      let a0 = v128.load(panel)
      let b0 = v128.load(panel, 16)
      let a1 = a0
      let a2 = a0
      let a3 = a0
      let b1 = b0
      let b2 = b0
      let b3 = b0
      w = panel + PANEL_HEADER
      if (!ASC_FEATURE_RELAXED_SIMD) {
        for (let k = steps; k > 0; k--) {
          let wa = v128.load8x8_s(w)
          let wb = v128.load8x8_s(w, 8)
          let q = v128.load32_splat(x)
          a0 = dotWide(wa, q, a0)
          b0 = dotWide(wb, q, b0)
          q = v128.load32_splat(x, 4)
          a1 = dotWide(wa, q, a1)
          b1 = dotWide(wb, q, b1)
          q = v128.load32_splat(x, 8)
          a2 = dotWide(wa, q, a2)
          b2 = dotWide(wb, q, b2)
          q = v128.load32_splat(x, 12)
          a3 = dotWide(wa, q, a3)
          b3 = dotWide(wb, q, b3)
          wa = v128.load8x8_s(w, 16)
          wb = v128.load8x8_s(w, 24)
          q = v128.load32_splat(x, 16)
          a0 = dotWide(wa, q, a0)
          b0 = dotWide(wb, q, b0)
          q = v128.load32_splat(x, 20)
          a1 = dotWide(wa, q, a1)
          b1 = dotWide(wb, q, b1)
          q = v128.load32_splat(x, 24)
          a2 = dotWide(wa, q, a2)
          b2 = dotWide(wb, q, b2)
          q = v128.load32_splat(x, 28)
          a3 = dotWide(wa, q, a3)
          b3 = dotWide(wb, q, b3)
          w += PANEL_STEP
          x += packedStep
        }
      } else {
        for (let k = steps; k > 0; k--) {
          const wa = v128.load(w)
          const wb = v128.load(w, 16)
          let u = v128.load32_splat(x)
          a0 = dotPair(wa, u, ones, a0)
          b0 = dotPair(wb, u, ones, b0)
          u = v128.load32_splat(x, 4)
          a1 = dotPair(wa, u, ones, a1)
          b1 = dotPair(wb, u, ones, b1)
          u = v128.load32_splat(x, 8)
          a2 = dotPair(wa, u, ones, a2)
          b2 = dotPair(wb, u, ones, b2)
          u = v128.load32_splat(x, 12)
          a3 = dotPair(wa, u, ones, a3)
          b3 = dotPair(wb, u, ones, b3)
          w += PANEL_STEP
          x += packedStep
        }
      }
      const left = v128.load(panel, 32)
      const right = v128.load(panel, 48)
      emitRow(a0, b0, v128.load32_splat(s), left, right, y, add)
      emitRow(a1, b1, v128.load32_splat(s, 4), left, right, y + stride, add)
      emitRow(a2, b2, v128.load32_splat(s, 8), left, right, y + 2 * stride, add)
      emitRow(a3, b3, v128.load32_splat(s, 12), left, right, y + 3 * stride, add)
      s += 16
      y += 4 * stride
    }
    panel = w
    out += 4 * PANEL_COLUMNS
  }
}
