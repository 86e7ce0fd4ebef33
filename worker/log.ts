import type { ProblemCode } from '../src/client/problem.ts'
import type { ProblemError } from './problem.ts'

/** One line a solve or batch. */
export interface SolveLog {
  event: 'solve'
  id: string
  task: string
  model: string
  boards: number
  solved: number
  steps: number
  attempts: number
  maxSteps: number
  outcome: 'done' | ProblemCode
  cached: boolean
  stream: boolean
  /** Only where a clock runs during compute. */
  ms?: number
}

/** One line a failure of the service itself. */
export interface ErrorLog {
  event: 'error'
  id: string
  code: ProblemCode
  message: string
  stack?: string
}

export type Log = (line: SolveLog | ErrorLog) => void

export const logToConsole: Log = (line) => {
  if (line.event === 'error') console.error(JSON.stringify(line))
  else console.log(JSON.stringify(line))
}

/** What goes wrong as it should: the service is full, stops, or was set up without jobs. */
const NO_FAULTS: readonly ProblemCode[] = ['overloaded', 'aborted', 'disposed', 'jobs_unavailable']

/** Whether a failure is the service's own, for people to look at. */
export const isFault = ({ code, kind }: ProblemError): boolean => kind.status >= 500 && !NO_FAULTS.includes(code)

/** With what happened and why: the message of the error and of its cause, and the stack of the cause. */
export function errorLog(id: string, code: ProblemCode, error: unknown): ErrorLog {
  if (!(error instanceof Error)) return { event: 'error', id, code, message: String(error) }
  const { message, stack, cause } = error
  if (!(cause instanceof Error)) return { event: 'error', id, code, message, stack }
  // many messages end in that of their cause already, for those who are shown nothing else
  const whole = message.includes(cause.message) ? message : `${message}: ${cause.message}`
  return { event: 'error', id, code, message: whole, stack: cause.stack }
}
