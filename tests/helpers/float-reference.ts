import type { Engine, EngineOptions } from '../../src/engines/engine.ts'
import type { Rows } from '../../src/engines/reference/layer.ts'
import { createReferenceEngine } from '../../src/engines/reference/reference-engine.ts'
import type { Int8Matrix } from '../../src/weights/model.ts'

/** The reference engine without the quantisation of activations: what a GPU computes, up to rounding. */
export const createFloatReference = (options: EngineOptions): Engine =>
  createReferenceEngine(options, undefined, floatProduct)

function floatProduct(x: Rows, w: Int8Matrix): Rows {
  const rows = x.data.length / x.cols
  const data = new Float32Array(rows * w.rows)
  for (let t = 0; t < rows; t++) {
    for (let n = 0; n < w.rows; n++) {
      let sum = 0
      for (let k = 0; k < w.cols; k++) sum += x.data[t * x.cols + k] * w.data[n * w.cols + k]
      data[t * w.rows + n] = sum * w.scale[n]
    }
  }
  return { cols: w.rows, data }
}

/** Largest difference, relative to the root mean square of `want` (or to 1, where that is smaller). */
export function largestError(got: Float32Array, want: Float32Array): number {
  if (got.length !== want.length) throw new Error(`${got.length} values against ${want.length}`)
  const size = Math.max(1, Math.sqrt(want.reduce((sum, v) => sum + v * v, 0) / want.length))
  return got.reduce((worst, v, i) => {
    const error = Math.abs(v - want[i]) / size
    return Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(worst, error)
  }, 0)
}
