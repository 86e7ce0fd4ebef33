import type { Engine } from '../engines/engine.ts'
import { type BoardShape, sizeName } from '../tasks/lists.ts'
import { createSlotPool, type SlotPool } from './slot-pool.ts'

/**
 * Pools that are kept while no one uses them: the one used last, and before it as long as there are no more than four, of
 * no more tokens together than a 16x16 Sudoku has. Boards of one size tend to come together, an engine is soon made, and
 * its memory grows with the board: whoever sends a maze of another size every time shall not fill it. On a GPU it is not soon
 * made (shaders are compiled), and it is carries that fill its memory, of many slots.
 */
const KEPT = 4
const KEPT_TOKENS = 4096
const KEPT_GPU_BYTES = 2 ** 28

/** The part of all that is kept which an engine takes. */
const shareOf = ({ backend, tokens, slots, carrySize }: Engine): number =>
  backend === 'webgpu' ? (slots * carrySize * Float32Array.BYTES_PER_ELEMENT) / KEPT_GPU_BYTES : tokens / KEPT_TOKENS

/** One pool of slots for every size of board, the ones of late. */
export interface Pools {
  /** The pool for boards of this shape, kept until `done` is said of it. Takes a failed one out first. */
  use(shape: BoardShape, create: () => Engine): SlotPool
  done(pool: SlotPool): void
  dispose(): void
}

export function createPools(): Pools {
  const pools = new Map<string, SlotPool>()
  const users = new Map<SlotPool, number>()

  const drop = (key: string, pool: SlotPool): void => {
    pool.dispose()
    pools.delete(key)
  }
  const dropUnused = (): void => {
    let kept = 0
    let share = 0
    for (const [key, pool] of [...pools].reverse()) {
      if (users.has(pool)) continue
      kept++
      share += shareOf(pool.engine)
      if (kept > 1 && (kept > KEPT || share > 1)) drop(key, pool)
    }
  }

  return {
    use(shape, create) {
      const key = sizeName(shape)
      let pool = pools.get(key)
      if (!pool?.healthy) {
        if (pool) drop(key, pool)
        pool = createSlotPool(create())
      }
      pools.delete(key) // the newest stand last
      pools.set(key, pool)
      users.set(pool, (users.get(pool) ?? 0) + 1)
      return pool
    },
    done(pool) {
      const left = users.get(pool)! - 1
      if (left > 0) users.set(pool, left)
      else users.delete(pool)
      dropUnused()
    },
    dispose() {
      for (const pool of pools.values()) pool.dispose()
      pools.clear()
    },
  }
}
