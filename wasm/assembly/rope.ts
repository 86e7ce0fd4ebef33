// Rotary positions on q and k, in place: docs/numerics.md, "attention", step 1.

/**
 * @param row q|k|v of one token
 * @param heads q and k heads together: they stand side by side
 * @param dimBytes 4 * head_dim
 * @param cos f32 `[head_dim]` of this token; `sin` likewise
 */
export function rotateRow(row: usize, heads: i32, dimBytes: usize, cos: usize, sin: usize): void {
  const half = dimBytes >> 1
  for (; heads > 0; heads--) {
    let i: usize = 0
    for (; i + 16 <= half; i += 16) {
      const x = v128.load(row + i)
      const y = v128.load(row + half + i)
      // -y * sin rounds to the same bits as y * sin, with the other sign.
      v128.store(
        row + i,
        f32x4.sub(f32x4.mul(x, v128.load(cos + i)), f32x4.mul(y, v128.load(sin + i))),
      )
      v128.store(
        row + half + i,
        f32x4.add(f32x4.mul(y, v128.load(cos + half + i)), f32x4.mul(x, v128.load(sin + half + i))),
      )
    }
    for (; i < half; i += 4) {
      const x = load<f32>(row + i)
      const y = load<f32>(row + half + i)
      store<f32>(row + i, x * load<f32>(cos + i) - y * load<f32>(sin + i))
      store<f32>(row + half + i, y * load<f32>(cos + half + i) + x * load<f32>(sin + half + i))
    }
    row += dimBytes
  }
}
