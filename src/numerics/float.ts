// The float building blocks of docs/numerics.md, one binary32 rounding per operation. Double arithmetic followed by
// Math.fround rounds +, -, *, / and sqrt of binary32 operands correctly (53 >= 2 * 24 + 2 bits).
const f = Math.fround

const LOG2E = f(Math.LOG2E)
const LN2_HI = f(0.693359375)
const LN2_LO = f(-2.1219444e-4)
// Minimax on [-ln2/2, ln2/2], see docs/numerics.md: 0x1.fffdfcp-2, 0x1.5557aep-3, 0x1.572a08p-5, 0x1.10627ap-7.
const C2 = 0xfffefe / 2 ** 25
const C3 = 0xaaabd7 / 2 ** 26
const C4 = 0xab9504 / 2 ** 28
const C5 = 0x88313d / 2 ** 30

const bits = new Int32Array(1)
const asFloat = new Float32Array(bits.buffer)

/** Rounds half to even; `x` within +-2^51. */
export function nearest(x: number): number {
  // Adding 1.5 * 2^52 leaves no fraction bits, so the hardware's own rounding does the work.
  return x + 6755399441055744 - 6755399441055744
}

/** `e^x` in binary32, the same bits on every machine; `x` is clamped to -87..88. */
export function exp32(x: number): number {
  x = Math.max(-87, Math.min(88, x))
  const n = nearest(f(x * LOG2E))
  const r = f(f(x - f(n * LN2_HI)) - f(n * LN2_LO))
  let p = f(f(C5 * r) + C4)
  p = f(f(p * r) + C3)
  p = f(f(p * r) + C2)
  p = f(f(p * r) + 1)
  p = f(f(p * r) + 1)
  bits[0] = (n + 127) << 23
  return f(p * asFloat[0])
}

/** `g / (1 + e^-g)`. */
export function silu(g: number): number {
  return f(g / f(1 + exp32(-g)))
}

/** `1 / (1 + e^-x)`. */
export function sigmoid(x: number): number {
  return f(1 / f(1 + exp32(-x)))
}

/** Sum of `n` products in the four-lane order of docs/numerics.md; `n` may be any length. */
export function dot4(x: Float32Array, xAt: number, y: Float32Array, yAt: number, n: number): number {
  let a0 = 0
  let a1 = 0
  let a2 = 0
  let a3 = 0
  for (let i = 0; i < n; i += 4) {
    a0 = f(a0 + f(x[xAt + i] * y[yAt + i]))
    if (i + 1 < n) a1 = f(a1 + f(x[xAt + i + 1] * y[yAt + i + 1]))
    if (i + 2 < n) a2 = f(a2 + f(x[xAt + i + 2] * y[yAt + i + 2]))
    if (i + 3 < n) a3 = f(a3 + f(x[xAt + i + 3] * y[yAt + i + 3]))
  }
  return f(f(a0 + a2) + f(a1 + a3))
}

/** Sum of `n` floats in the four-lane order of docs/numerics.md. */
export function sum4(x: Float32Array, n: number): number {
  const a = [0, 0, 0, 0]
  for (let i = 0; i < n; i++) a[i & 3] = f(a[i & 3] + x[i])
  return f(f(a[0] + a[2]) + f(a[1] + a[3]))
}

/** Probabilities of `n` logits starting at `at`, written to `out` from `outAt`; the same bits everywhere. */
export function softmax(logits: Float32Array, at: number, n: number, out: Float32Array, outAt: number): void {
  let max = logits[at]
  for (let i = 1; i < n; i++) max = Math.max(max, logits[at + i])
  let sum = 0
  for (let i = 0; i < n; i++) {
    out[outAt + i] = exp32(f(logits[at + i] - max))
    sum = f(sum + out[outAt + i])
  }
  for (let i = 0; i < n; i++) out[outAt + i] = out[outAt + i] / sum
}
