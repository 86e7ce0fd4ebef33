import { ascending, percentile } from '../numerics/stats.ts'

/** One side of a comparison. */
export interface Side {
  name: string
  /** Does the work `runs` times. @returns milliseconds that all of them took */
  time: (runs: number) => Promise<number>
}

/** A side whose work runs here. */
export function localSide(name: string, run: () => void | Promise<void>): Side {
  return {
    name,
    async time(runs) {
      const start = performance.now()
      for (let i = 0; i < runs; i++) await run()
      return performance.now() - start
    },
  }
}

export interface TimingOptions {
  /** Rounds in which every side has its turn, a different one first each time. */
  rounds: number
  /** A turn is as many runs as take about this long, at least one. */
  turnMs: number
}

/**
 * Times all sides in turns, so that a machine that slows down or speeds up meets them all alike.
 * @returns milliseconds of one run, for every side: the median over its turns
 */
export async function timeInterleaved(sides: readonly Side[], { rounds, turnMs }: TimingOptions): Promise<number[]> {
  const runs: number[] = []
  for (const side of sides) runs.push(await runsFor(side, turnMs))
  const times: number[][] = sides.map(() => [])
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < sides.length; turn++) {
      const side = (turn + round) % sides.length
      times[side].push((await sides[side].time(runs[side])) / runs[side])
    }
  }
  return times.map((list) => percentile(ascending(list), 0.5))
}

/** Warms the side up with more and more runs, until they take a quarter of a turn. */
async function runsFor(side: Side, turnMs: number): Promise<number> {
  for (let runs = 1; ; runs *= 2) {
    const ms = await side.time(runs)
    if (ms >= turnMs / 4) return Math.max(1, Math.round((runs * turnMs) / ms))
  }
}
