// Output heads in float: logits of every token, and the halting values. docs/numerics.md, "One ACT step".
import {
  HIDDEN,
  LM_HEAD,
  OUTPUTS,
  POOL,
  POOL_MEAN,
  PREFIX,
  Q_BIAS,
  Q_HEAD,
  Q_OUTPUTS,
  TOKENS,
  Z_STRIDE,
} from './descriptor'
import { sumSplat } from './lanes'

/** dot4 of two rows of `bytes / 4` floats. */
export function dot4(x: usize, y: usize, bytes: usize): f32 {
  let sums = f32x4.splat(0)
  for (let i: usize = 0; i < bytes; i += 16) sums = f32x4.add(sums, f32x4.mul(v128.load(x + i), v128.load(y + i)))
  return f32x4.extract_lane(sumSplat(sums), 0)
}

/** out `[tokens - prefix][outputs]` */
export function writeLogits(d: usize, z: usize, out: usize): void {
  const bytes = <usize>load<i32>(d, HIDDEN) * 4
  const stride = load<usize>(d, Z_STRIDE)
  const outputs = load<i32>(d, OUTPUTS)
  const prefix = load<i32>(d, PREFIX)
  z += <usize>prefix * stride
  for (let t = load<i32>(d, TOKENS) - prefix; t > 0; t--) {
    let row = load<usize>(d, LM_HEAD)
    for (let i = outputs; i > 0; i--) {
      store<f32>(out, dot4(z, row, bytes))
      row += bytes
      out += 4
    }
    z += stride
  }
}

/** out `[q_outputs]` */
export function writeHalting(d: usize, z: usize, out: usize): void {
  const bytes = <usize>load<i32>(d, HIDDEN) * 4
  let pool = z
  if (load<i32>(d, POOL_MEAN)) {
    pool = load<usize>(d, POOL)
    meanOfRows(z, load<usize>(d, Z_STRIDE), load<i32>(d, TOKENS), bytes, pool)
  }
  let row = load<usize>(d, Q_HEAD)
  let bias = load<usize>(d, Q_BIAS)
  for (let i = load<i32>(d, Q_OUTPUTS); i > 0; i--) {
    store<f32>(out, dot4(pool, row, bytes) + load<f32>(bias))
    row += bytes
    bias += 4
    out += 4
  }
}

function meanOfRows(z: usize, stride: usize, rows: i32, bytes: usize, out: usize): void {
  const count = f32x4.splat(<f32>rows)
  for (let i: usize = 0; i < bytes; i += 16) {
    let sum = f32x4.splat(0)
    let p = z + i
    for (let t = rows; t > 0; t--) {
      sum = f32x4.add(sum, v128.load(p))
      p += stride
    }
    v128.store(out + i, f32x4.div(sum, count))
  }
}
