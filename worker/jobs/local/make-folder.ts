import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** What is kept there, ids of jobs among it, is nobody else's to read. Windows passes it over. */
const OWNER_ALONE = 0o700

/**
 * Makes a folder and those above it, each for its owner alone. Not by the option `recursive` of `mkdirSync`, which tries for ever where a folder
 * cannot be made though the one above it is there, as in /proc.
 */
export function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return
  const above = dirname(path)
  if (above !== path) makeFolder(above)
  mkdirSync(path, OWNER_ALONE)
}
