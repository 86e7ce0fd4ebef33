import type { ChunkPlace, ChunkTotals, ChunkWork, Failure, NewJob } from './platform.ts'
import type { JobStatus } from './schemas.ts'

/** The part of a Durable Object's SQL storage that is used. */
export interface Sql {
  exec(
    query: string,
    ...bindings: (string | number | null)[]
  ): { toArray(): Record<string, unknown>[]; readonly rowsWritten: number }
}

/** Milliseconds. */
export interface JobTimes {
  /** From a job's end until all of it is deleted. */
  keep: number
  /** Without a chunk settled or tried in vain, until the chunks that are out are sent once more. */
  stall: number
  /** From a job's start until what is not settled counts as failed. */
  patience: number
}

const HOUR = 3_600_000
export const JOB_TIMES: JobTimes = { keep: 7 * 24 * HOUR, stall: HOUR, patience: 7 * 24 * HOUR }

const MAX_FAILURES = 100
const SILENT: Failure = {
  code: 'internal_error',
  detail: 'Every try was ended before it could say why: it may have run out of CPU time or memory.',
}
const LATE: Failure = { code: 'internal_error', detail: 'The job ran out of time.' }

type JobRow = {
  id: string
  task: string
  model: string
  max_steps: number
  seed: number
  boards: number
  state: JobStatus['state']
  created_at: number
  moved_at: number
  ended_at: number | null
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS job (
    id TEXT, task TEXT, model TEXT, max_steps INTEGER, seed INTEGER, boards INTEGER, state TEXT,
    created_at INTEGER, moved_at INTEGER, ended_at INTEGER
  );
  CREATE TABLE IF NOT EXISTS chunk (
    n INTEGER PRIMARY KEY, offset INTEGER, length INTEGER, first INTEGER, boards INTEGER,
    state TEXT DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'done', 'failed')),
    solved INTEGER DEFAULT 0, steps INTEGER DEFAULT 0, attempts INTEGER DEFAULT 0, code TEXT, detail TEXT
  );`

/**
 * One job's state in SQLite. A chunk waits, is sent, and is settled as done or failed, once and for all; a job whose
 * chunks are all settled is done. Nothing here waits, so every function is one transaction.
 */
export function createLedger(sql: Sql, times: JobTimes, now: () => number = Date.now) {
  const hasJob = () => sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'job'").toArray().length > 0
  const readJob = (): JobRow | undefined =>
    hasJob() ? (sql.exec('SELECT * FROM job').toArray()[0] as JobRow | undefined) : undefined
  const runningJob = () => {
    const job = readJob()
    return job?.state === 'running' ? job : undefined
  }

  function end(state: 'done' | 'cancelled'): void {
    sql.exec('UPDATE job SET state = ?, ended_at = ?', state, now())
  }

  function settle(n: number, state: 'done' | 'failed', { solved, steps, attempts }: ChunkTotals): void {
    const { rowsWritten } = sql.exec(
      `UPDATE chunk SET state = ?, solved = ?, steps = ?, attempts = ? WHERE n = ? AND state IN ('waiting', 'sent')`,
      state,
      solved,
      steps,
      attempts,
      n,
    )
    if (rowsWritten === 0) return
    sql.exec('UPDATE job SET moved_at = ?', now())
    const [{ left }] = sql.exec("SELECT count(*) AS left FROM chunk WHERE state IN ('waiting', 'sent')").toArray()
    if (left === 0) end('done')
  }

  function fail(n: number, reason: Failure): void {
    if (!runningJob()) return
    sql.exec('UPDATE chunk SET code = ?, detail = ? WHERE n = ? AND code IS NULL', reason.code, reason.detail, n)
    settle(n, 'failed', { solved: 0, steps: 0, attempts: 0 })
  }

  return {
    create({ id, task, model, maxSteps, seed, chunks }: NewJob): void {
      if (readJob()) return
      sql.exec(SCHEMA)
      let first = 0
      for (const [n, { offset, length, boards }] of chunks.entries()) {
        sql.exec(
          'INSERT INTO chunk (n, offset, length, first, boards) VALUES (?, ?, ?, ?, ?)',
          n,
          offset,
          length,
          first,
          boards,
        )
        first += boards
      }
      const time = now()
      sql.exec(
        "INSERT INTO job VALUES (?, ?, ?, ?, ?, ?, 'running', ?, ?, NULL)",
        id,
        task,
        model,
        maxSteps,
        seed,
        first,
        time,
        time,
      )
    },

    status(): JobStatus | undefined {
      const job = readJob()
      if (!job) return undefined
      const [sums] = sql
        .exec(
          `SELECT sum(solved) AS solved, sum(steps) AS steps, sum(attempts) AS attempts,
            sum(CASE state WHEN 'done' THEN boards - solved ELSE 0 END) AS unsolved,
            sum(CASE state WHEN 'failed' THEN boards ELSE 0 END) AS failed FROM chunk`,
        )
        .toArray() as Record<'solved' | 'steps' | 'attempts' | 'unsolved' | 'failed', number>[]
      const failures = sql
        .exec(`SELECT first, boards, code, detail FROM chunk WHERE state = 'failed' ORDER BY n LIMIT ?`, MAX_FAILURES)
        .toArray() as unknown as JobStatus['failures']
      const { id, task, model, state, seed, boards } = job
      const iso = (time: number) => new Date(time).toISOString()
      return {
        id,
        task,
        model,
        state,
        maxSteps: job.max_steps,
        seed,
        boards,
        ...sums,
        failures,
        createdAt: iso(job.created_at),
        endedAt: job.ended_at === null ? null : iso(job.ended_at),
        expiresAt: iso((job.ended_at ?? job.created_at + times.patience) + times.keep),
      }
    },

    claim(n: number): ChunkWork | undefined {
      const job = runningJob()
      if (!job) return undefined
      const [chunk] = sql
        .exec(`SELECT offset, length, first, boards FROM chunk WHERE n = ? AND state IN ('waiting', 'sent')`, n)
        .toArray() as unknown as Pick<ChunkWork, 'offset' | 'length' | 'first' | 'boards'>[]
      return chunk && { ...chunk, task: job.task, maxSteps: job.max_steps, seed: job.seed }
    },

    complete(n: number, totals: ChunkTotals): boolean {
      if (runningJob()) settle(n, 'done', totals)
      const job = readJob()
      return job !== undefined && job.state !== 'cancelled'
    },

    note(n: number, { code, detail }: Failure): void {
      if (!runningJob()) return
      sql.exec('UPDATE chunk SET code = ?, detail = ? WHERE n = ?', code, detail, n)
      sql.exec('UPDATE job SET moved_at = ?', now()) // its message is not lost
    },

    fail: (n: number): void => fail(n, SILENT),

    chunks: (): ChunkPlace[] =>
      hasJob()
        ? sql
            .exec('SELECT offset, length, first, boards, state FROM chunk ORDER BY n')
            .toArray()
            .map(({ state, ...place }) => ({ ...place, failed: state === 'failed' }) as ChunkPlace)
        : [],

    cancel(): void {
      const job = readJob()
      if (job && job.state !== 'cancelled') end('cancelled')
    },

    /** What is due at this time, besides sending: see `JobObject.alarm`. */
    due(): 'nothing' | 'delete files' | 'delete all' {
      const job = readJob()
      if (!job) return 'delete all'
      if (job.state === 'running') {
        if (now() >= job.created_at + times.patience) {
          for (const { n } of sql.exec("SELECT n FROM chunk WHERE state IN ('waiting', 'sent')").toArray()) {
            fail(n as number, LATE)
          }
        } else if (now() >= job.moved_at + times.stall) {
          sql.exec("UPDATE chunk SET state = 'waiting' WHERE state = 'sent'")
          sql.exec('UPDATE job SET moved_at = ?', now())
        }
        return 'nothing'
      }
      if (now() >= job.ended_at! + times.keep) return 'delete all'
      return job.state === 'cancelled' ? 'delete files' : 'nothing'
    },

    /** The chunks that wait to be sent, of a running job. */
    waiting: (most: number): number[] =>
      runningJob()
        ? sql
            .exec("SELECT n FROM chunk WHERE state = 'waiting' ORDER BY n LIMIT ?", most)
            .toArray()
            .map(({ n }) => n as number)
        : [],

    markSent(chunks: readonly number[]): void {
      for (const n of chunks) sql.exec("UPDATE chunk SET state = 'sent' WHERE n = ? AND state = 'waiting'", n)
    },

    /** When to look again. */
    nextLook(): number | undefined {
      const job = readJob()
      if (!job) return undefined
      if (job.ended_at !== null) return job.ended_at + times.keep
      return Math.min(job.moved_at + times.stall, job.created_at + times.patience)
    },

    jobId: (): string | undefined => readJob()?.id,

    /** Milliseconds since 1970. */
    createdAt: (): number | undefined => readJob()?.created_at,
  }
}
