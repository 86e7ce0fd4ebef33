import type { ErrorLog, SolveLog } from './log.ts'

/** What Workers Analytics Engine takes in. */
export interface DataPoint {
  indexes: [string]
  blobs: string[]
  doubles: number[]
}

/**
 * A log line as a data point: index1 and blob1 the event, blob2 outcome or code, blob3 task, blob4 model, blob5 `cached`,
 * `stream` or empty; double1 boards, double2 solved, double3 ACT steps, double4 attempts, double5 the budget.
 */
export function toDataPoint(line: SolveLog | ErrorLog): DataPoint {
  const { event } = line
  if (event === 'error') return { indexes: [event], blobs: [event, line.code, '', '', ''], doubles: [0, 0, 0, 0, 0] }
  const { outcome, task, model, cached, stream, boards, solved, steps, attempts, maxSteps } = line
  return {
    indexes: [event],
    blobs: [event, outcome, task, model, cached ? 'cached' : stream ? 'stream' : ''],
    doubles: [boards, solved, steps, attempts, maxSteps],
  }
}
