import { sizeName } from '../tasks/lists.ts'
import type { Puzzle } from '../tasks/task.ts'

/** Indices of the puzzles, those together that share an engine. */
export function groupByShape(puzzles: readonly Puzzle[]): number[][] {
  const groups = new Map<string, number[]>()
  puzzles.forEach(({ shape }, i) => {
    const key = sizeName(shape)
    const group = groups.get(key)
    if (group) group.push(i)
    else groups.set(key, [i])
  })
  return [...groups.values()]
}
