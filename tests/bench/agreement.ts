/**
 * Largest root-mean-square difference of the logits after the first ACT step, relative to the logits' own size, at
 * which ONNX Runtime counts as running the same model. We quantise activations to seven bits a token, it to eight bits
 * a tensor or not at all, and a step is some 24 layers deep; a wrong graph is off by 1 and more. `nbits4` rounds the
 * weights themselves and is only reported.
 */
export const TOLERANCE = { f32: 0.15, int8: 0.15, nbits8: 0.15, nbits4: Infinity } as const

/** Root-mean-square of `a - b`, relative to that of `b`. */
export function relativeError(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) throw new Error(`${a.length} logits against ${b.length}`)
  let difference = 0
  let size = 0
  for (let i = 0; i < b.length; i++) {
    difference += (a[i] - b[i]) ** 2
    size += b[i] ** 2
  }
  return Math.sqrt(difference / size)
}
