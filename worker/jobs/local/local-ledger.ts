import { deleteFilesOf, type JobFiles, type JobLedger } from '../platform.ts'
import type { DiskLedgers } from './disk-ledger.ts'

export interface LocalLedgerOptions {
  ledgers: DiskLedgers
  files: JobFiles
  onCreate(job: string): void
  onCancel(job: string): void
}

/** The ledger of one job, whether there is one on the disk or not. */
export function localLedger(job: string, { ledgers, files, onCreate, onCancel }: LocalLedgerOptions): JobLedger {
  const call = async <T>(run: Parameters<typeof ledgers.transact<T>>[1]) =>
    ledgers.exists(job) ? ledgers.transact(job, run) : undefined
  return {
    async create(newJob) {
      const status = ledgers.transact(job, (its) => {
        its.create(newJob)
        return its.status()!
      })
      onCreate(job)
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
      onCancel(job)
      await deleteFilesOf(files, job)
      return status
    },
  }
}
