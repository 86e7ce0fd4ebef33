// A lock between processes: a file that says which process holds it.
import { constants, copyFileSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { statOf } from './processes.mjs'

/**
 * Ends once no other process holds the lock. Those that were killed hold none.
 * @param file the lock; files beside it whose names begin like its own are written too
 * @param onWait told once, of the process that is waited for
 * @returns gives the lock back; so does the end of this process
 */
export async function takeLock(file, onWait) {
  const mine = `${file}.${process.pid}`
  try {
    writeFileSync(mine, `${process.pid} ${startOf(process.pid) ?? ''}`)
    for (let told = false; !linked(mine, file); ) {
      const held = holderOf(file)
      if (held === undefined) continue // given back meanwhile
      const [pid, start] = held.split(' ')
      if (isRunning(Number(pid), start)) {
        if (!told) onWait(Number(pid))
        told = true
        await sleep(200)
      } else removeStale(file, held)
    }
  } finally {
    rmSync(mine, { force: true })
  }
  const release = () => {
    process.off('exit', release)
    rmSync(file, { force: true })
  }
  process.once('exit', release)
  return release
}

/** Whether the file has got that name. A lock that was opened and then written would be empty in between, or for good. */
function linked(from, to) {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
  }
  try {
    copyFileSync(from, to, constants.COPYFILE_EXCL) // where there are no hard links
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

/** What a lock says; of one that cannot be read nothing. @returns undefined where there is none */
function holderOf(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    return error.code === 'ENOENT' ? undefined : ''
  }
}

/** Removes the lock of a process that was killed, and no other's: of many that see it, one succeeds in renaming it. */
function removeStale(file, held) {
  const aside = `${file}.${process.pid}.stale`
  try {
    renameSync(file, aside)
  } catch (error) {
    if (error.code === 'ENOENT') return
    throw error
  }
  if (holderOf(aside) === held) rmSync(aside, { recursive: true })
  else renameSync(aside, file)
}

/** Whether another process of this number runs, and began at `start`, where that is known: numbers are given out again. */
function isRunning(pid, start) {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (error.code !== 'EPERM') return false
  }
  const began = startOf(pid)
  return !start || began === undefined || began === start
}

/** When a process began, as Linux counts it: field 22 of its stat. */
const startOf = (pid) => statOf(pid)?.fields[19]
