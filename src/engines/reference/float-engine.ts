import type { Int8Matrix } from '../../weights/model.ts'
import type { Engine, EngineOptions } from '../engine.ts'
import type { Rows } from './layer.ts'
import { createReferenceEngine } from './reference-engine.ts'

/**
 * The reference engine in float32, to see what int8 costs: weights are the file's int8 times their scales, activations
 * are not rounded at all. What a GPU computes, and PyTorch's float forward of the same file, up to rounding. Of the
 * float weights before their export it knows nothing.
 */
export const createFloatEngine = (options: EngineOptions): Engine =>
  createReferenceEngine(options, undefined, floatProduct)

/** Sums in binary64, rounded once; in four lanes, for one would wait for itself at every addition. */
function floatProduct(x: Rows, w: Int8Matrix): Rows {
  const { cols, rows: outs, scale } = w
  const weights = Float32Array.from(w.data)
  const rows = x.data.length / cols
  const whole = cols - (cols % 4)
  const data = new Float32Array(rows * outs)
  for (let t = 0; t < rows; t++) {
    const row = x.data.subarray(t * cols, (t + 1) * cols)
    for (let n = 0; n < outs; n++) {
      const at = n * cols
      let [a, b, c, d] = [0, 0, 0, 0]
      for (let k = 0; k < whole; k += 4) {
        a += row[k] * weights[at + k]
        b += row[k + 1] * weights[at + k + 1]
        c += row[k + 2] * weights[at + k + 2]
        d += row[k + 3] * weights[at + k + 3]
      }
      for (let k = whole; k < cols; k++) a += row[k] * weights[at + k]
      data[t * outs + n] = (a + b + (c + d)) * scale[n]
    }
  }
  return { cols: outs, data }
}
