// `dot` of gemm.ts: one relaxed_dot for 16 products, in tiles of 6 rows x 8 columns. Such an instruction takes five cycles
// and two begin in each (VNNI on 128 bits), so ten sums must be under way for none to wait. Twelve, two weights and an
// activation are the fifteen registers that V8 has to give.
// Activations are packed four rows a tile: three of those are two tiles of six, each a whole one (the quad) and half of the
// one between them (the pair).
import { PANEL_COLUMNS, PANEL_HEADER, PANEL_STEP } from './descriptor'
import { emitRow } from './gemm-emit'
import { PACKED_STEP } from './quantise'

@inline
function dot(w: v128, u: v128, acc: v128): v128 {
  return i32x4.relaxed_dot_i8x16_i7x16_add_s(w, u, acc)
}

/** The arguments are those of `gemm`. */
export function gemmDot(
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
  const tileBytes = <usize>steps * PACKED_STEP
  const panelBytes = PANEL_HEADER + <usize>steps * PANEL_STEP
  for (; panels > 0; panels--) {
    const end = panel + panelBytes
    let x = packed
    let s = scales
    let y = out
    let tile = tiles
    for (; tile >= 3; tile -= 3) {
      sixRows(x, x + tileBytes, panel, end, s, s + 16, y, y + 4 * stride, stride, add)
      sixRows(x + 2 * tileBytes, x + tileBytes + 8, panel, end, s + 32, s + 24, y + 8 * stride, y + 6 * stride, stride, add)
      x += 3 * tileBytes
      s += 48
      y += 12 * stride
    }
    for (; tile > 0; tile--) {
      fourRows(x, panel, end, s, y, stride, add)
      x += tileBytes
      s += 16
      y += 4 * stride
    }
    panel = end
    out += 4 * PANEL_COLUMNS
  }
}

/** Rows 0..3 of the tile at `quad`, to `y`, and two of the one at `pair`, to `z`. */
@inline
function sixRows(
  quad: usize,
  pair: usize,
  panel: usize,
  end: usize,
  quadScales: usize,
  pairScales: usize,
  y: usize,
  z: usize,
  stride: usize,
  add: bool,
): void {
  let a0 = v128.load(panel)
  let b0 = v128.load(panel, 16)
  let a1 = a0
  let a2 = a0
  let a3 = a0
  let a4 = a0
  let a5 = a0
  let b1 = b0
  let b2 = b0
  let b3 = b0
  let b4 = b0
  let b5 = b0
  for (let w = panel + PANEL_HEADER; w < end; w += PANEL_STEP) {
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    let u = v128.load32_splat(quad)
    a0 = dot(wa, u, a0)
    b0 = dot(wb, u, b0)
    u = v128.load32_splat(quad, 4)
    a1 = dot(wa, u, a1)
    b1 = dot(wb, u, b1)
    u = v128.load32_splat(quad, 8)
    a2 = dot(wa, u, a2)
    b2 = dot(wb, u, b2)
    u = v128.load32_splat(quad, 12)
    a3 = dot(wa, u, a3)
    b3 = dot(wb, u, b3)
    u = v128.load32_splat(pair)
    a4 = dot(wa, u, a4)
    b4 = dot(wb, u, b4)
    u = v128.load32_splat(pair, 4)
    a5 = dot(wa, u, a5)
    b5 = dot(wb, u, b5)
    quad += PACKED_STEP
    pair += PACKED_STEP
  }
  const left = v128.load(panel, 32)
  const right = v128.load(panel, 48)
  emitRow(a0, b0, v128.load32_splat(quadScales), left, right, y, add)
  emitRow(a1, b1, v128.load32_splat(quadScales, 4), left, right, y + stride, add)
  emitRow(a2, b2, v128.load32_splat(quadScales, 8), left, right, y + 2 * stride, add)
  emitRow(a3, b3, v128.load32_splat(quadScales, 12), left, right, y + 3 * stride, add)
  emitRow(a4, b4, v128.load32_splat(pairScales), left, right, z, add)
  emitRow(a5, b5, v128.load32_splat(pairScales, 4), left, right, z + stride, add)
}

/** The tile at `x`. */
@inline
function fourRows(x: usize, panel: usize, end: usize, s: usize, y: usize, stride: usize, add: bool): void {
  let a0 = v128.load(panel)
  let b0 = v128.load(panel, 16)
  let a1 = a0
  let a2 = a0
  let a3 = a0
  let b1 = b0
  let b2 = b0
  let b3 = b0
  for (let w = panel + PANEL_HEADER; w < end; w += PANEL_STEP) {
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    let u = v128.load32_splat(x)
    a0 = dot(wa, u, a0)
    b0 = dot(wb, u, b0)
    u = v128.load32_splat(x, 4)
    a1 = dot(wa, u, a1)
    b1 = dot(wb, u, b1)
    u = v128.load32_splat(x, 8)
    a2 = dot(wa, u, a2)
    b2 = dot(wb, u, b2)
    u = v128.load32_splat(x, 12)
    a3 = dot(wa, u, a3)
    b3 = dot(wb, u, b3)
    x += PACKED_STEP
  }
  const left = v128.load(panel, 32)
  const right = v128.load(panel, 48)
  emitRow(a0, b0, v128.load32_splat(s), left, right, y, add)
  emitRow(a1, b1, v128.load32_splat(s, 4), left, right, y + stride, add)
  emitRow(a2, b2, v128.load32_splat(s, 8), left, right, y + 2 * stride, add)
  emitRow(a3, b3, v128.load32_splat(s, 12), left, right, y + 3 * stride, add)
}
