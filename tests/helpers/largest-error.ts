/** Largest difference, relative to the root mean square of `want` (or to 1, where that is smaller). */
export function largestError(got: Float32Array, want: Float32Array): number {
  if (got.length !== want.length) throw new Error(`${got.length} values against ${want.length}`)
  const size = Math.max(1, Math.sqrt(want.reduce((sum, v) => sum + v * v, 0) / want.length))
  return got.reduce((worst, v, i) => {
    const error = Math.abs(v - want[i]) / size
    return Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(worst, error)
  }, 0)
}
