/** What one isolate (or Node process) takes on. Budgets are ACT steps: a deployed Worker's clock stands still. */
export interface Limits {
  /** Highest `maxSteps` of a request. */
  maxSteps: number
  /** `maxSteps` of a solve that names none. */
  defaultSteps: number
  /** Boards of one batch. */
  maxBoards: number
  /** Characters of one board: a 16x16 board written with spaces, bars and line ends stays well below. */
  maxBoardChars: number
  /** Bytes of a request body, counted as they arrive. */
  maxBodyBytes: number
  /** Solves and batches in flight; one more is answered 503. */
  maxInFlight: number
  /** Milliseconds without a step after which a solve loses its place. */
  leaseMs: number
  /** Milliseconds between comments on an event stream. */
  heartbeatMs: number
}

export const DEFAULT_LIMITS: Limits = {
  maxSteps: 4096,
  defaultSteps: 256,
  maxBoards: 64,
  maxBoardChars: 2048,
  maxBodyBytes: 64 * 1024,
  maxInFlight: 32,
  leaseMs: 60_000,
  heartbeatMs: 15_000,
}
