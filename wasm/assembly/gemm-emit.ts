// What every matrix kernel does with a finished tile of 4 rows x 8 columns.

/** (float(acc) * row scale) * column scale, stored or added to what is there. `aN`, `bN`: columns 0-3, 4-7 of row N. */
@inline
export function emit(
  a0: v128,
  a1: v128,
  a2: v128,
  a3: v128,
  b0: v128,
  b1: v128,
  b2: v128,
  b3: v128,
  rowScales: usize,
  panel: usize,
  out: usize,
  stride: usize,
  add: bool,
): void {
  const left = v128.load(panel, 32)
  const right = v128.load(panel, 48)
  emitRow(a0, b0, v128.load32_splat(rowScales), left, right, out, add)
  emitRow(a1, b1, v128.load32_splat(rowScales, 4), left, right, out + stride, add)
  emitRow(a2, b2, v128.load32_splat(rowScales, 8), left, right, out + 2 * stride, add)
  emitRow(a3, b3, v128.load32_splat(rowScales, 12), left, right, out + 3 * stride, add)
}

@inline
function emitRow(a: v128, b: v128, rowScale: v128, left: v128, right: v128, out: usize, add: bool): void {
  let ya = f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(a), rowScale), left)
  let yb = f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(b), rowScale), right)
  if (add) {
    ya = f32x4.add(v128.load(out), ya)
    yb = f32x4.add(v128.load(out, 16), yb)
  }
  v128.store(out, ya)
  v128.store(out, yb, 16)
}
