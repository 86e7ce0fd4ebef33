import type { AttentionTable } from '../engine.ts'

/** An attention table as the kernels read it: entries padded to a multiple of 4, rows as byte offsets. */
export interface PackedList {
  readonly width: number
  readonly padded: number
  /** Groups by four, or 0 where the lists are no groups. */
  readonly quads: number
  /** `[tokens][padded]`, or `[quads][width][4]` */
  readonly offsets: Int32Array
  /** `[tokens][padded]`: 0, or -Infinity for a missing entry. Empty where grouped. */
  readonly penalty: Float32Array
}

export const roundUp = (n: number, to: number): number => Math.ceil(n / to) * to

/** Groups wider than this do not pay: the scores of a whole group would no longer fit a first-level cache. */
const WIDEST_GROUP = 32

/** @param rowBytes bytes from row to row of what the offsets lead into */
export function packList(table: AttentionTable, tokens: number, rowBytes: number): PackedList {
  const { width, indices } = table
  const padded = roundUp(width, 4)
  const groups = width <= WIDEST_GROUP ? findGroups(table, tokens) : undefined
  if (groups) {
    const quads = Math.ceil(groups.length / 4)
    const offsets = new Int32Array(quads * width * 4)
    offsets.forEach((_, i) => {
      const group = groups[Math.min(4 * Math.floor(i / (4 * width)) + (i & 3), groups.length - 1)]
      offsets[i] = group[(i >> 2) % width] * rowBytes
    })
    return { width, padded, quads, offsets, penalty: new Float32Array(0) }
  }
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

/**
 * The groups, where the lists divide the tokens into groups and every member of a group lists just the group, in the
 * same order; else undefined.
 */
export function findGroups({ width, indices }: AttentionTable, tokens: number): Int32Array[] | undefined {
  if (width === 0) return undefined
  const groups: Int32Array[] = []
  const seen = new Uint8Array(tokens)
  for (let t = 0; t < tokens; t++) {
    const list = indices.subarray(t * width, (t + 1) * width)
    if (!list.includes(t)) return undefined
    // Known from an earlier member, which has compared all lists of its group.
    if (seen[t]) continue
    for (const member of list) {
      if (member < 0 || seen[member]) return undefined
      seen[member] = 1
      for (let j = 0; j < width; j++) if (indices[member * width + j] !== list[j]) return undefined
    }
    groups.push(list)
  }
  return groups
}
