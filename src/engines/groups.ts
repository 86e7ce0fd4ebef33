import type { AttentionTable } from './engine.ts'

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

/** Tokens in the order of their groups, or undefined where the lists are not groups whose tokens all read each other. */
export const groupOrder = (table: AttentionTable, tokens: number): number[] | undefined =>
  findGroups(table, tokens)?.flatMap((group) => [...group])
