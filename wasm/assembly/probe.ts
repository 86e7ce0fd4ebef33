// The two relaxed operations by themselves, for the host: to check that they are exact, and to learn which is fast here
// (src/engines/wasm/kernel.ts). Part of the relaxed builds only.

/** out i32 `[4]` += relaxed dot of a and b, i8 `[16]`. */
export function relaxedDot(a: usize, b: usize, out: usize): void {
  v128.store(out, i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(a), v128.load(b), v128.load(out)))
}

/** out i16 `[8]` = relaxed pairwise dot of a and b, i8 `[16]`. */
export function relaxedPairs(a: usize, b: usize, out: usize): void {
  v128.store(out, i16x8.relaxed_dot_i8x16_i7x16_s(v128.load(a), v128.load(b)))
}
