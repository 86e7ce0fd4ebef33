import type { Discard } from './body.ts'
import type { PaceOptions } from './pace.ts'

/**
 * What one isolate (or Node process) takes on. Budgets are ACT steps: a deployed Worker's clock stands still. Where they
 * bound what is computed they count steps on a 9x9 Sudoku; see `budget.ts` for what a step on another board counts.
 */
export interface Limits {
  /** Highest `maxSteps` of a request, on boards that cost no more than 9x9; lower on larger ones. */
  maxSteps: number
  /** `maxSteps` of a solve that names none. */
  defaultSteps: number
  /** Boards of one batch. */
  maxBoards: number
  /** Characters of one board: a maze of 45x45 with CR LF at its line ends; a 16x16 Sudoku with spaces and bars is shorter. */
  maxBoardChars: number
  /** Bytes of a request body, counted as they arrive. */
  maxBodyBytes: number
  /** How much is still read of a body that was refused: here the largest file there may be, over a line of 20 Mbit/s. */
  discard: Discard
  /** Solves and batches in flight; one more is answered 503. One caller, where it is known, may have half, rounded up. */
  maxInFlight: number
  /**
   * Of one caller's boards of one size, how many a processor computes at a time at most, alone or in batches; see `turns.ts`
   * for where they are fewer, or on a GPU more. It costs nobody time where one core computes whatever is in the slots.
   */
  turnsEach: number
  /**
   * What a step on a board of each size in flight may cost, all sizes together: the sizes that a Sudoku may have fit. Each
   * has an engine of its own, of some 3.3 MB at a cost of 1; a solver keeps up to four more, and an isolate has 128 MB.
   */
  maxRoom: number
  /** Milliseconds after which a solve, or a file that is received, loses its place once its timers have stopped. */
  leaseMs: number
  /** Milliseconds between comments on an event stream. */
  heartbeatMs: number
  /** Boards of a job. */
  maxJobBoards: number
  /** Bytes of a job's file, counted as they arrive. */
  maxJobBytes: number
  /** Boards of a job times `maxSteps` times what a step on each counts. */
  maxJobSteps: number
  /** Files received at once; each holds up to 6 MiB of memory. One caller, where it is known, may have half, rounded up. */
  maxUploads: number
  /** What a file has to keep while it is received, so that nobody holds the places for nothing. */
  uploadPace: PaceOptions
  /**
   * The same of one chunk, which one invocation solves: at 70 ms a step 108 s of CPU time, of the 300 s that
   * wrangler.toml allows; a core that other work shares takes longer.
   */
  chunkSteps: number
  /** Boards of one chunk, however small their budget. */
  chunkBoards: number
}

export const DEFAULT_LIMITS: Limits = {
  maxSteps: 1024,
  defaultSteps: 64,
  maxBoards: 64,
  maxBoardChars: 45 * 47,
  maxBodyBytes: 64 * 1024,
  discard: { bytes: 64 * 1024 * 1024, ms: 30_000 },
  maxInFlight: 32,
  turnsEach: 3,
  maxRoom: 13,
  leaseMs: 60_000,
  heartbeatMs: 15_000,
  maxJobBoards: 100_000,
  maxJobBytes: 64 * 1024 * 1024,
  maxJobSteps: 6_400_000,
  maxUploads: 4,
  uploadPace: { bytesPerSecond: 1024, patienceMs: 20_000, totalMs: 600_000 },
  chunkSteps: 1536,
  chunkBoards: 256,
}
