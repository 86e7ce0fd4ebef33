import type { AttentionTable } from '../engine.ts'
import { findGroups } from '../groups.ts'

/** An attention table as the kernels read it: rows as byte offsets, padded. wasm/assembly/descriptor.ts, "Head record". */
export interface PackedList {
  readonly width: number
  /** Width rounded up to a multiple of 4. */
  readonly padded: number
  /** Groups by four, or 0 where the lists are no groups. */
  readonly quads: number
  /** `[tokens][padded]`, or `[quads][width][4]` */
  readonly offsets: Int32Array
  /** `[tokens][padded]`: 0, or -Infinity for a missing entry. Empty where grouped. */
  readonly penalty: Float32Array
}

/** Scores of a whole group, twice four groups of them, then take 32 KiB: a first-level cache. */
const WIDEST_GROUP = 32

export const roundUp = (n: number, to: number): number => Math.ceil(n / to) * to

/** @param rowBytes bytes from row to row of what the offsets lead into */
export function packList(table: AttentionTable, tokens: number, rowBytes: number): PackedList {
  const groups = table.width <= WIDEST_GROUP ? findGroups(table, tokens) : undefined
  return groups ? packGroups(groups, table.width, rowBytes) : packAnyLists(table, tokens, rowBytes)
}

export function packAnyLists({ width, indices }: AttentionTable, tokens: number, rowBytes: number): PackedList {
  const padded = roundUp(width, 4)
  const offsets = new Int32Array(tokens * padded)
  const penalty = new Float32Array(tokens * padded)
  for (let t = 0; t < tokens; t++) {
    for (let j = 0; j < padded; j++) {
      const index = j < width ? indices[t * width + j] : -1
      // A missing entry reads the token's own row: any will do, and this one is at hand.
      offsets[t * padded + j] = (index < 0 ? t : index) * rowBytes
      penalty[t * padded + j] = index < 0 ? Number.NEGATIVE_INFINITY : 0
    }
  }
  return { width, padded, quads: 0, offsets, penalty }
}

export function packGroups(groups: readonly Int32Array[], width: number, rowBytes: number): PackedList {
  const quads = Math.ceil(groups.length / 4)
  const offsets = new Int32Array(quads * width * 4)
  for (let i = 0; i < offsets.length; i++) {
    const quad = Math.floor(i / (4 * width))
    const group = groups[Math.min(4 * quad + (i & 3), groups.length - 1)]
    offsets[i] = group[(i >> 2) % width] * rowBytes
  }
  return { width, padded: roundUp(width, 4), quads, offsets, penalty: new Float32Array(0) }
}
