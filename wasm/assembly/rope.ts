// Rotary positions on q and k, in place: docs/numerics.md, "attention", step 1.

/**
 * @param row q|k|v of one token
 * @param heads q and k heads together: they stand side by side
 * @param dimBytes 4 * head_dim, a multiple of 32
 * @param cos f32 `[head_dim]` of this token; `sin` likewise
 */
export function rotateRow(row: usize, heads: i32, dimBytes: usize, cos: usize, sin: usize): void {
  const half = dimBytes >> 1
  for (; heads > 0; heads--) {
    for (let i: usize = 0; i < half; i += 16) {
      const x = v128.load(row + i)
      const y = v128.load(row + half + i)
      // -y * sin rounds to the same bits as y * sin, with the other sign.
      v128.store(row + i, f32x4.sub(f32x4.mul(x, v128.load(cos + i)), f32x4.mul(y, v128.load(sin + i))))
      v128.store(
        row + half + i,
        f32x4.add(f32x4.mul(y, v128.load(cos + half + i)), f32x4.mul(x, v128.load(sin + half + i))),
      )
    }
    row += dimBytes
  }
}
