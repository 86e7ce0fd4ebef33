import { ascending, percentile } from '../eval/stats.ts'

/** One side of a comparison: `run` does the work once. */
export interface Side {
  name: string
  run: () => void | Promise<void>
}

export interface TimingOptions {
  /** Rounds in which every side has its turn; the sides' order turns round with each. */
  rounds: number
  /** A side runs at least this long in a round, ... */
  roundMs: number
  /** ... and at most this often. */
  maxRuns?: number
  now?: () => number
}

/**
 * Times all sides in turns, so that a machine that slows down or speeds up meets them all alike.
 * @returns milliseconds a run of every side: the median of its rounds' means
 */
export async function timeInterleaved(sides: readonly Side[], options: TimingOptions): Promise<number[]> {
  const { rounds, roundMs, maxRuns = Infinity, now = () => performance.now() } = options
  const times: number[][] = sides.map(() => [])
  for (const side of sides) await side.run()
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < sides.length; turn++) {
      const index = (turn + round) % sides.length
      const start = now()
      let runs = 0
      let spent = 0
      while (runs === 0 || (spent < roundMs && runs < maxRuns)) {
        await sides[index].run()
        runs++
        spent = now() - start
      }
      times[index].push(spent / runs)
    }
  }
  return times.map((list) => percentile(ascending(list), 0.5))
}
