// What processes use, as Linux tells it under /proc.
import { readFile } from 'node:fs/promises'
import { statOf } from '../../scripts/processes.mjs'

/** Linux counts CPU time in ticks of 10 ms, whatever its own clock is. */
const TICKS = 100

/** CPU time that a process has used so far, in seconds: all of its threads, user and system. */
export async function cpuSeconds(pid: number): Promise<number> {
  const { fields } = statOf(pid)!
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

/** The most memory that a process has had resident so far, in bytes. */
export async function peakMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)![1]) * 1024
}

/** Memory that a process has written to and shares with no other, in bytes. */
export async function privateMemory(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8')
  return Number(/^Private_Dirty:\s+(\d+) kB$/m.exec(rollup)![1]) * 1024
}
