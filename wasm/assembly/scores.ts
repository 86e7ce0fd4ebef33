// Scores of one query against four keys, the core of list and full attention.
import { sumAcross } from './lanes'

/** dot4 of q with four keys of `bytes / 4` floats, lane i for key i. */
@inline
export function dotFour(q: usize, k0: usize, k1: usize, k2: usize, k3: usize, bytes: usize): v128 {
  let s0 = f32x4.splat(0)
  let s1 = s0
  let s2 = s0
  let s3 = s0
  for (let i: usize = 0; i < bytes; i += 16) {
    const x = v128.load(q + i)
    s0 = f32x4.add(s0, f32x4.mul(x, v128.load(k0 + i)))
    s1 = f32x4.add(s1, f32x4.mul(x, v128.load(k1 + i)))
    s2 = f32x4.add(s2, f32x4.mul(x, v128.load(k2 + i)))
    s3 = f32x4.add(s3, f32x4.mul(x, v128.load(k3 + i)))
  }
  return sumAcross(s0, s1, s2, s3)
}
