import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isJobId } from '../platform.ts'
import { PART } from './disk-files.ts'

/**
 * Removes what a process left behind that died while it wrote: files that were not whole, and the folders of jobs that
 * never came to have a ledger. To be called while nothing is written.
 */
export function removeLeftovers(jobsDir: string, hasLedger: (job: string) => boolean): void {
  for (const entry of readdirSync(jobsDir, { withFileTypes: true })) {
    if (!entry.isDirectory() || !isJobId(entry.name)) continue // nothing of ours
    const folder = join(jobsDir, entry.name)
    if (!hasLedger(entry.name)) {
      rmSync(folder, { recursive: true })
      continue
    }
    for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (path.endsWith(PART)) rmSync(join(folder, path), { force: true })
    }
  }
}
