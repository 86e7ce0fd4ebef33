/** Stores, or adds to what is there, one row of a tile of the matrix kernel: (float(acc) * row scale) * column scale. */
@inline
export function emitRow(a: v128, b: v128, rowScale: v128, left: v128, right: v128, out: usize, add: bool): void {
  let ya = f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(a), rowScale), left)
  let yb = f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(b), rowScale), right)
  if (add) {
    ya = f32x4.add(v128.load(out), ya)
    yb = f32x4.add(v128.load(out, 16), yb)
  }
  v128.store(out, ya)
  v128.store(out, yb, 16)
}
