import { join, resolve } from 'node:path'
import { HrmError } from '../../../src/errors.ts'
import { errorLog, type Log } from '../../log.ts'
import { type ConsumerOptions, consume } from '../consumer.ts'
import { JOB_TIMES, type JobTimes } from '../ledger-sql.ts'
import { ALL_JOBS, type ChunkMessage, deleteFilesOf, type JobLedger, type JobPlatform } from '../platform.ts'
import { diskFiles } from './disk-files.ts'
import { diskLedgers } from './disk-ledger.ts'
import { lockFolder } from './folder-lock.ts'
import { removeLeftovers } from './leftovers.ts'
import { makeFolder } from './make-folder.ts'

export interface LocalJobsOptions extends ConsumerOptions {
  /** Where jobs are kept; locked while they are open. */
  dir: string
  times?: JobTimes
  /** Milliseconds for a second of delay between tries. */
  secondMs?: number
  /** Milliseconds between looks at what has expired or stalls. Default: an hour. */
  sweepMs?: number
}

export interface LocalJobs {
  platform: JobPlatform
  /** Begins no further chunk. Jobs are still taken in, for the next start. */
  stop(): void
  /**
   * Lets go of the folder, once the chunk in hand is solved, or its solver disposed of: then it is solved again after the
   * next start. To be called when nobody uses the platform any more.
   */
  close(): Promise<void>
}

/** As in wrangler.toml. */
const MAX_TRIES = 7
const SWEEP_MS = 60 * 60 * 1000
/** Seconds until a job is looked at again whose ledger or files failed. */
const SET_ASIDE = 300

/**
 * Bulk jobs in one process: files and ledgers in a folder, and instead of a queue a loop that solves one chunk after
 * the other. Jobs outlive the process.
 * @throws HrmError `usage` when the folder cannot be used, another process uses it, or Node is too old
 */
export function openLocalJobs(options: LocalJobsOptions): LocalJobs {
  const { times = JOB_TIMES, secondMs = 1000 } = options
  const dir = resolve(options.dir) // the process may go to another folder later
  const ledgerDir = folderForJobs(join(dir, 'ledgers'))
  const jobsDir = folderForJobs(join(dir, ALL_JOBS))
  const release = lockFolder(dir)
  const files = diskFiles(dir)
  const ledgers = diskLedgers(ledgerDir, times)
  const running = new Set<string>()
  /** Failed, and to be tried again. */
  const aside = new Set<string>()
  const retries: (ChunkMessage & { attempts: number })[] = []
  let wake = () => {}
  let stopped = false
  // a solve that ends because the process does is no fault
  const log: Log = (line) => {
    if (!stopped) options.log(line)
  }
  const consumer = { solvers: options.solvers, log }

  /** What is due of a job; one that fails is set aside. */
  async function lookAfter(job: string, its = times): Promise<void> {
    try {
      const { due, isRunning } = ledgers.transact(
        job,
        (ledger) => ({ due: ledger.due(), isRunning: ledger.status()?.state === 'running' }),
        its,
      )
      if (isRunning) running.add(job)
      if (due !== 'nothing') await deleteFilesOf(files, job)
      if (due === 'delete all') ledgers.remove(job)
    } catch (error) {
      setAside(job, error)
    }
  }

  /**
   * A job that cannot be worked on costs no other job anything. A full disk or a lock may pass, so it is tried again.
   */
  function setAside(job: string, error: unknown): void {
    log(errorLog(`job ${job}`, 'internal_error', error))
    running.delete(job)
    if (aside.has(job)) return
    aside.add(job)
    setTimeout(() => resume(job), SET_ASIDE * secondMs).unref()
  }

  /** What was out is sent again at once. */
  async function resume(job: string): Promise<void> {
    if (stopped) return
    aside.delete(job)
    await lookAfter(job, { ...times, stall: 0 })
    wake()
  }

  const ledger = (job: string): JobLedger => {
    const call = async <T>(run: Parameters<typeof ledgers.transact<T>>[1]) =>
      ledgers.exists(job) ? ledgers.transact(job, run) : undefined
    return {
      async create(newJob) {
        const status = ledgers.transact(job, (its) => {
          its.create(newJob)
          return its.status()!
        })
        running.add(job)
        wake()
        return status
      },
      status: () => call((its) => its.status()),
      claim: (chunk) => call((its) => its.claim(chunk)),
      complete: async (chunk, totals) => (await call((its) => its.complete(chunk, totals))) ?? false,
      note: (chunk, failure) => call((its) => its.note(chunk, failure)),
      fail: (chunk) => call((its) => its.fail(chunk)),
      chunks: async () => (await call((its) => its.chunks())) ?? [],
      async cancel() {
        const status = await call((its) => {
          its.cancel()
          return its.status()
        })
        running.delete(job)
        await deleteFilesOf(files, job)
        return status
      },
    }
  }
  const platform: JobPlatform = { files, ledger }

  /** The next chunk of the oldest job that has one waiting. */
  function nextWaiting(): (ChunkMessage & { attempts: number }) | undefined {
    for (const job of running) {
      try {
        const chunk = ledgers.exists(job) ? takeWaiting(job) : undefined
        if (chunk !== undefined) return { job, chunk, attempts: 1 }
        running.delete(job) // what is left of it is out, and comes back as a retry
      } catch (error) {
        setAside(job, error)
      }
    }
    return undefined
  }

  const takeWaiting = (job: string): number | undefined =>
    ledgers.transact(job, (its) => {
      const [first] = its.waiting(1)
      if (first !== undefined) its.markSent([first])
      return first
    })

  async function deliver(message: ChunkMessage & { attempts: number }): Promise<void> {
    const { job, chunk, attempts } = message
    const body = { job, chunk }
    let delay: number | undefined
    const entry = {
      body,
      attempts,
      ack: () => {},
      retry: ({ delaySeconds = 0 } = {}) => {
        delay = delaySeconds * secondMs
      },
    }
    await consume({ queue: 'local', messages: [entry] }, platform, consumer)
    if (delay === undefined || stopped) return
    if (attempts === MAX_TRIES) {
      await consume({ queue: 'local-dead', messages: [entry] }, platform, consumer)
      return
    }
    setTimeout(() => {
      retries.push({ ...body, attempts: attempts + 1 })
      wake()
    }, delay).unref()
  }

  async function work(): Promise<void> {
    for (const job of ledgers.all()) await resume(job)
    while (!stopped) {
      const message = retries.shift() ?? nextWaiting()
      if (message) await deliver(message).catch((error) => setAside(message.job, error))
      else {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  }

  async function lookAfterAll(): Promise<void> {
    for (const job of ledgers.all()) {
      if (stopped) return
      await lookAfter(job)
    }
    wake()
  }

  const report = (error: unknown) => log(errorLog('jobs', 'internal_error', error))
  try {
    removeLeftovers(jobsDir, ledgers.exists)
  } catch (error) {
    report(error) // they are in nobody's way
  }
  const sweep = setInterval(() => lookAfterAll().catch(report), options.sweepMs ?? SWEEP_MS)
  sweep.unref()
  const worked = work().catch(report)

  function stop(): void {
    stopped = true
    clearInterval(sweep)
    wake()
  }
  return {
    platform,
    stop,
    async close() {
      stop()
      await worked
      release()
    },
  }
}

function folderForJobs(path: string): string {
  try {
    makeFolder(path)
    return path
  } catch (cause) {
    throw new HrmError('usage', `${path} cannot be made a folder for jobs: ${(cause as Error).message}`, { cause })
  }
}
