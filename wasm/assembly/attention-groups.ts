// List attention where the lists are groups: the tokens of a group read each other and nobody else. All lists of a
// Sudoku are so. Four groups are computed side by side, one in each lane: no sum or maximum runs across lanes, no lane is
// padding, and no key needs a gather of its own. For that, q, k and v are transposed on the way in and the output on the
// way out.
import { HEAD_DIM, HIDDEN, LIST_OFFSETS, LIST_QUADS, LIST_WIDTH, QKV, SCRATCH } from './descriptor'
import { finishExp, reduceBelow } from './exp'
import { scoreMember, scoreMember8 } from './group-scores'
import { weighMember } from './group-values'
import { transposeTo } from './lanes'

/**
 * One head over all groups; the output takes the place of q. Scratch, every float of four groups at a time:
 * keys and values `[width][head_dim][4]`, one query `[head_dim][4]`, scores of all members against all `[width][width][4]`
 * and as many reduced arguments.
 * @param list head record
 * @param bias f32 `[width]`, or 0
 */
export function attendGroups(d: usize, head: i32, list: usize, bias: usize): void {
  const width = load<i32>(list, LIST_WIDTH)
  const dim = load<i32>(d, HEAD_DIM)
  const dimBytes = <usize>dim * 4
  const kAt = <usize>load<i32>(d, HIDDEN) * 4
  const q = load<usize>(d, QKV) + <usize>head * dimBytes
  const keys = load<usize>(d, SCRATCH)
  const values = keys + <usize>width * 4 * dimBytes
  const query = values + <usize>width * 4 * dimBytes
  const scores = query + 4 * dimBytes
  const rowBytes = <usize>width * 16
  const tableBytes = <usize>width * rowBytes
  let offsets = load<usize>(list, LIST_OFFSETS)
  for (let quad = load<i32>(list, LIST_QUADS); quad > 0; quad--) {
    const end = offsets + rowBytes
    let k = keys
    let v = values
    for (let at = offsets; at < end; at += 16) {
      gather(q + kAt, at, dimBytes, k)
      gather(q + 2 * kAt, at, dimBytes, v)
      k += 4 * dimBytes
      v += 4 * dimBytes
    }
    let row = scores
    for (let at = offsets; at < end; at += 16) {
      let max: v128
      if (dim == 8) {
        max = scoreMember8(d, q, at, keys, width, bias, row)
      } else {
        gather(q, at, dimBytes, query)
        max = scoreMember(d, query, keys, width, bias, row)
      }
      reduceBelow(row, rowBytes, max, row + tableBytes)
      row += rowBytes
    }
    finishExp(scores, tableBytes, scores + tableBytes)
    row = scores
    for (; offsets < end; offsets += 16) {
      weighMember(q, offsets, values, dimBytes, width, row)
      row += rowBytes
    }
  }
}

/** One member's q, k or v of four groups. */
@inline
function gather(from: usize, offsets: usize, dimBytes: usize, out: usize): void {
  const r0 = from + load<u32>(offsets)
  const r1 = from + load<u32>(offsets, 4)
  const r2 = from + load<u32>(offsets, 8)
  const r3 = from + load<u32>(offsets, 12)
  for (let i: usize = 0; i < dimBytes; i += 16) {
    transposeTo(
      v128.load(r0 + i),
      v128.load(r1 + i),
      v128.load(r2 + i),
      v128.load(r3 + i),
      out,
      out + 16,
      out + 32,
      out + 48,
    )
    out += 64
  }
}
