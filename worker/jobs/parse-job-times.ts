import { z } from '@hono/zod-openapi'
import { HrmError } from '../../src/errors.ts'
import { JOB_TIMES, type JobTimes } from './ledger-sql.ts'

/** Two of them after now are still a `Date`, which ends at 8.64e15. */
const MOST_MS = 1e15

const ms = z.int().min(1).max(MOST_MS)
const jobTimes = z.strictObject({ keep: ms, stall: ms, patience: ms }).partial()

/**
 * Times of jobs as an operator writes them: JSON, with what is other than in `JOB_TIMES`.
 * @throws HrmError `usage`
 */
export function parseJobTimes(text: string | undefined): JobTimes {
  if (text === undefined) return JOB_TIMES
  const { data, error } = jobTimes.safeParse(fromJson(text))
  if (!error) return { ...JOB_TIMES, ...data }
  const [{ path, message }] = error.issues
  throw new HrmError('usage', ['JOB_TIMES', ...path.map(String), message].join(': '))
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new HrmError('usage', 'JOB_TIMES is not JSON', { cause })
  }
}
