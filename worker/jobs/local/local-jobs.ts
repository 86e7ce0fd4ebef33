import { join, resolve } from 'node:path'
import { HrmError } from '../../../src/errors.ts'
import { errorLog, type Log } from '../../log.ts'
import type { ConsumerOptions } from '../consumer.ts'
import { JOB_TIMES, type JobTimes } from '../ledger-sql.ts'
import { ALL_JOBS, deleteFilesOf, type JobPlatform } from '../platform.ts'
import { diskFiles } from './disk-files.ts'
import { diskLedgers } from './disk-ledger.ts'
import { lockFolder } from './folder-lock.ts'
import { removeLeftovers } from './leftovers.ts'
import { localLedger } from './local-ledger.ts'
import { localQueue } from './local-queue.ts'
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

const SWEEP_MS = 60 * 60 * 1000
/** Seconds until a job is looked at again whose ledger or files failed. */
const SET_ASIDE = 300

/**
 * Bulk jobs in one process: files and ledgers in a folder, and a loop for a queue. Jobs outlive the process.
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
  const stopping = new AbortController()
  const { signal } = stopping
  // a solve that ends because the process does is no fault
  const log: Log = (line) => {
    if (!signal.aborted) options.log(line)
  }
  const report = (error: unknown) => log(errorLog('jobs', 'internal_error', error))

  const platform: JobPlatform = {
    files,
    ledger: (job) => localLedger(job, { ledgers, files, onCreate: queue.add, onCancel: queue.remove }),
  }
  const consumer = { solvers: options.solvers, log }
  const queue = localQueue({ ledgers, platform, consumer, secondMs, signal, onFailure: setAside })

  /** Failed, and to be tried again. */
  const aside = new Set<string>()

  /** What is due of a job; one that fails is set aside. */
  async function lookAfter(job: string, its = times): Promise<void> {
    try {
      const { due, isRunning } = ledgers.transact(
        job,
        (ledger) => ({ due: ledger.due(), isRunning: ledger.status()?.state === 'running' }),
        its,
      )
      if (isRunning) queue.add(job)
      if (due !== 'nothing') await deleteFilesOf(files, job)
      if (due === 'delete all') ledgers.remove(job)
    } catch (error) {
      queue.remove(job)
      setAside(job, error)
    }
  }

  /**
   * A job that cannot be worked on costs no other job anything. A full disk or a lock may pass, so it is tried again.
   */
  function setAside(job: string, error: unknown): void {
    log(errorLog(`job ${job}`, 'internal_error', error))
    if (aside.has(job)) return
    aside.add(job)
    setTimeout(() => resume(job), SET_ASIDE * secondMs).unref()
  }

  /** What was out is sent again at once. */
  async function resume(job: string): Promise<void> {
    if (signal.aborted) return
    aside.delete(job)
    await lookAfter(job, { ...times, stall: 0 })
  }

  /** When a job began; after any other where its ledger cannot tell, which is said when it is resumed. */
  function beginningOf(job: string): number {
    try {
      return ledgers.transact(job, (ledger) => ledger.createdAt()) ?? Number.MAX_VALUE
    } catch {
      return Number.MAX_VALUE
    }
  }

  /** The queue takes jobs in the order in which they are added to it. */
  async function work(): Promise<void> {
    const jobs = ledgers.all().map((id) => ({ id, beginning: beginningOf(id) }))
    for (const { id } of jobs.sort((a, b) => a.beginning - b.beginning)) await resume(id)
    await queue.run()
  }

  async function lookAfterAll(): Promise<void> {
    for (const job of ledgers.all()) {
      if (signal.aborted) return
      await lookAfter(job)
    }
  }

  try {
    removeLeftovers(jobsDir, ledgers.exists)
  } catch (error) {
    report(error) // they are in nobody's way
  }
  const sweep = setInterval(() => lookAfterAll().catch(report), options.sweepMs ?? SWEEP_MS)
  sweep.unref()
  const worked = work().catch(report)

  function stop(): void {
    stopping.abort()
    clearInterval(sweep)
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
