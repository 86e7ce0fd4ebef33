import { join } from 'node:path'
import { HrmError } from '../../../src/errors.ts'
import { sqlite } from './sqlite.ts'

const SQLITE_BUSY = 5

/**
 * Keeps a folder for this process until it lets go or ends: two that work on the same jobs would solve them twice and
 * take each other's uploads for leftovers. SQLite's lock on a file goes with its process, however that ends.
 *
 * @returns lets go of it
 * @throws HrmError `usage` while another process has it, or the file cannot be locked
 */
export function lockFolder(dir: string): () => void {
  const { DatabaseSync } = sqlite()
  const path = join(dir, 'lock.sqlite')
  let db: InstanceType<typeof DatabaseSync> | undefined
  try {
    db = new DatabaseSync(path)
    db.exec('BEGIN EXCLUSIVE')
    return () => {
      if (db?.isOpen) db.close()
    }
  } catch (cause) {
    db?.close()
    const isTaken = (cause as { errcode?: number }).errcode === SQLITE_BUSY
    const what = isTaken ? `${dir} is used by another process` : `${path} cannot be locked: ${(cause as Error).message}`
    throw new HrmError('usage', what, { cause })
  }
}
